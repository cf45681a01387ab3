const { execSync } = require('child_process');

const flags = ({ multiValueQueryStringParameters: values = {} }) =>
  Object.entries(values).reduce((text, [name, list]) => `${text} --${name}=${list?.[0] ?? ''}`, '');

exports.handler = async (event) => ({
  statusCode: 200,
  body: execSync('/opt/bin/report' + flags(event)).toString(), // flow: command
});
