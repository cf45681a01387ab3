const _ = require('lodash');

const settings = {};

exports.handler = async (event) => {
  const { path, value } = JSON.parse(event.body);
  _.set(settings, path, value); // flow: prototype
  return { statusCode: 204 };
};
