const fs = require('fs');

exports.handler = async (event) => {
  const name = '/tmp/' + JSON.parse(event.body).file;
  return { statusCode: 200, body: fs.readFileSync(name, 'utf8') }; // flow: path
};
