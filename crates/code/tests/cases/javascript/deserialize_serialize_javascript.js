const serialize = require('serialize-javascript');

exports.handler = async (event) => {
  const text = serialize(JSON.parse(event.body), { isJSON: true });
  return { statusCode: 200, body: JSON.stringify({ size: text.length }) };
};
