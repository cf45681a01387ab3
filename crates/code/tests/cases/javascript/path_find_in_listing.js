const fs = require('fs');

exports.handler = async (event) => {
  const wanted = event.queryStringParameters.name;
  const names = fs.readdirSync('/mnt/uploads');
  const found = names.find((name) => name === wanted);
  if (!found) return { statusCode: 404, body: '' };
  return { statusCode: 200, body: JSON.stringify({ text: fs.readFileSync('/mnt/uploads/' + found, 'utf8') }) };
};
