const Handlebars = require('handlebars');

const render = Handlebars.compile('<p>Hello {{name}}</p>');

exports.handler = async (event) => {
  const { name } = JSON.parse(event.body);
  return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: render({ name }) };
};
