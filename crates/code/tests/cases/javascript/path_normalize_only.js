const fs = require('fs');
const path = require('path');

exports.handler = async (event) => {
  const full = path.normalize('/opt/pages/' + event.pathParameters.proxy);
  return { statusCode: 200, body: JSON.stringify(fs.readFileSync(full, 'utf8')) }; // flow: path
};
