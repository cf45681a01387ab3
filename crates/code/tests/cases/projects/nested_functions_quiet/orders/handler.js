const routes = require('./routes');
const { toNumber } = require('./convert');

exports.handler = async (event) => {
  const route = routes[event.httpMethod];
  if (!route) return { statusCode: 405, body: '' };
  const id = toNumber(event.pathParameters.id);
  return { statusCode: 200, body: JSON.stringify(await route({ id, body: event.body })) };
};
