const Joi = require('joi');
const { execSync } = require('child_process');

const schema = Joi.object({ name: Joi.string().alphanum().max(30).required() });

exports.handler = async (event) => {
  const { error, value } = schema.validate(JSON.parse(event.body));
  if (error) {
    return { statusCode: 400, body: error.message };
  }
  return { statusCode: 200, body: execSync('id ' + value.name).toString() };
};
