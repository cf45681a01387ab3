const ejs = require('ejs');

exports.handler = async (event) => {
  const title = event.queryStringParameters.title;
  return { statusCode: 200, body: ejs.render('<h1>' + title + '</h1>', {}) }; // flow: template
};
