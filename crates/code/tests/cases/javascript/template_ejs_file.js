const ejs = require('ejs');
const path = require('path');

exports.handler = async (event) => {
  const { title } = event.queryStringParameters;
  const page = await ejs.renderFile(path.join(__dirname, 'page.ejs'), { title });
  return { statusCode: 200, body: JSON.stringify({ page }) };
};
