exports.handler = async (event) => {
  const { plugin } = event.queryStringParameters;
  const module = require('./plugins/' + plugin); // flow: code
  return module.run(event);
};
