const fetch = require('node-fetch');

exports.handler = async (event) => {
  const { url } = event.queryStringParameters;
  if (!url.endsWith('example.com')) {
    return { statusCode: 400, body: '' };
  }
  const answer = await fetch(url); // flow: request
  return { statusCode: 200, body: await answer.text() };
};
