const nunjucks = require('nunjucks');

exports.handler = async (event) => {
  const { layout, name } = JSON.parse(event.body);
  const text = nunjucks.renderString(layout, { name }); // flow: template
  return { statusCode: 200, body: JSON.stringify({ text }) };
};
