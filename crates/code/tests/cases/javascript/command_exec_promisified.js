const util = require('util');
const childProcess = require('child_process');
const run = util.promisify(childProcess.exec);

async function convert(from, to) {
  const { stdout } = await run('ffmpeg -i ' + from + ' ' + to); // flow: command
  return stdout;
}

exports.handler = async (event) => {
  for (const record of event.Records) {
    const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, ' '));
    await convert('/mnt/in/' + key, '/mnt/out/result.mp4');
  }
};
