const yaml = require('js-yaml');

exports.handler = async (event) => {
  const document = yaml.load(event.body);
  return { statusCode: 200, body: JSON.stringify(Object.keys(document)) };
};
