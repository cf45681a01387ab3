// Runs one handler once: `node worker.cjs FOLDER MODULE FUNCTION`, the event on stdin. The last line of stdout says how it went.
const fs = require('fs');
const net = require('net');
const path = require('path');

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (options && options.host && !['127.0.0.1', 'localhost'].includes(options.host)) {
    throw new Error('only this machine can be reached');
  }
  return connect.apply(this, given);
};

const [folder, module_, name] = process.argv.slice(2);
const done = (outcome) => {
  fs.writeSync(1, '\n' + JSON.stringify(outcome) + '\n');
  process.exit(0);
};
const failed = (error) => done({ raised: `${error && error.name}: ${error && error.message}` });
process.on('unhandledRejection', failed);
process.on('uncaughtException', failed);

(async () => {
  process.chdir(folder);
  const base = path.join(folder, module_);
  const file = ['.js', '.cjs', '.mjs'].map((end) => base + end).find((each) => fs.existsSync(each));
  const loaded = file.endsWith('.mjs') ? await import(file) : require(file);
  const event = JSON.parse(fs.readFileSync(0, 'utf8'));
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    awsRequestId: '00000000-0000-0000-0000-000000000000',
    getRemainingTimeInMillis: () => 10000,
  };
  const result = loaded[name](event, context, (error, value) => (error ? failed(error) : done({ returned: value ?? null })));
  if (result && typeof result.then === 'function') done({ returned: (await result) ?? null });
})().catch(failed);
