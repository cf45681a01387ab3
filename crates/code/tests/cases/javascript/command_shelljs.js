const shell = require('shelljs');

exports.handler = async (event) => {
  const body = JSON.parse(Buffer.from(event.body, 'base64').toString('utf8'));
  const result = shell.exec('tar czf /tmp/out.tgz ' + body.folder, { silent: true }); // flow: command
  return { statusCode: 200, body: result.stdout };
};
