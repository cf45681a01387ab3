exports.handler = (event, context, callback) => {
  const name = event.queryStringParameters.name;
  setTimeout(() => callback(null, { statusCode: 200, body: JSON.stringify({ name }) }), 10);
};
