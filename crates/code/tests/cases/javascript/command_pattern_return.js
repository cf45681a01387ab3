const { execSync } = require('child_process');

const NAME = /^[\w-]+$/;

exports.handler = async (event) => {
  const { name } = event.pathParameters;
  if (!NAME.test(name)) {
    return { statusCode: 400, body: 'bad name' };
  }
  return { statusCode: 200, body: execSync('/opt/bin/show ' + name).toString() };
};
