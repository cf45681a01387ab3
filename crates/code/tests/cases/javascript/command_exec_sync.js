const { execSync } = require('child_process');

exports.handler = async (event) => {
  const url = event.queryStringParameters.url;
  const text = execSync(`curl --silent -L ${url} | wc -c`).toString(); // flow: command
  return { statusCode: 200, body: text };
};
