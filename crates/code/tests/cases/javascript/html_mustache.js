const Mustache = require('mustache');

exports.handler = async (event) => {
  const { name } = event.queryStringParameters;
  const page = Mustache.render('<p>Hello {{name}}</p>', { name });
  return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: page };
};
