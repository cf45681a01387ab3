const { execSync } = require('child_process');

exports.handler = async (event) => {
  const count = Number.parseInt(event.queryStringParameters.count, 10);
  const width = +event.queryStringParameters.width;
  const day = new Date(event.queryStringParameters.day).toISOString();
  return { statusCode: 200, body: execSync(`/opt/bin/graph ${count} ${width} ${day}`).toString() };
};
