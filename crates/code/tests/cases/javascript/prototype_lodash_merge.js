const merge = require('lodash.merge');

const defaults = { theme: { dark: false } };

exports.handler = async (event) => {
  const settings = merge({}, defaults, JSON.parse(event.body)); // flow: prototype
  return { statusCode: 200, body: JSON.stringify(settings) };
};
