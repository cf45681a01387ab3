const pug = require('pug');

exports.handler = async (event) => {
  const render = pug.compile('h1 ' + JSON.parse(event.body).title); // flow: template
  return { statusCode: 200, body: JSON.stringify({ page: render() }) };
};
