const { execFileSync } = require('child_process');

exports.handler = async (event) => {
  const text = execFileSync('/opt/bin/catdoc', ['--', event.queryStringParameters.name]).toString();
  return { statusCode: 200, body: JSON.stringify({ text }) };
};
