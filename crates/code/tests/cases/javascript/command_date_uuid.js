const { execSync } = require('child_process');
const { randomUUID } = require('crypto');

exports.handler = async (event, context) => {
  const file = `/tmp/${randomUUID()}-${Date.now()}.txt`;
  execSync(`date > ${file} && gzip ${file}`);
  execSync('echo ' + context.awsRequestId + ' ' + event.requestContext.requestId);
  return { statusCode: 200, body: JSON.stringify({ file, for: event.headers['x-user'] }) };
};
