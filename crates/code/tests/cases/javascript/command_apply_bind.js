const { execSync } = require('child_process');

function join(separator, ...parts) {
  return parts.join(separator);
}

const words = join.bind(null, ' ');

exports.handler = async (event) => {
  const parts = ['tar', 'tf', event.queryStringParameters.file];
  return { statusCode: 200, body: execSync(words.apply(null, parts)).toString() }; // flow: command
};
