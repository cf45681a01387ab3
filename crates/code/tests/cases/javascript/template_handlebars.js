const Handlebars = require('handlebars');

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const render = Handlebars.compile(body.template); // flow: template
  return { statusCode: 200, body: render({ name: 'Ann' }) };
};
