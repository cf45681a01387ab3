const Ajv = require('ajv');
const { execSync } = require('child_process');

const validate = new Ajv().compile({
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' } },
});

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  if (!validate(body)) {
    return { statusCode: 400, body: 'bad' };
  }
  return { statusCode: 200, body: execSync('id ' + body.name).toString() }; // flow: command
};
