const fs = require('fs');
const xpath = require('xpath');
const { DOMParser } = require('@xmldom/xmldom');

const users = new DOMParser().parseFromString(fs.readFileSync('/opt/users.xml', 'utf8'), 'text/xml');

exports.handler = async (event) => {
  const { name } = event.queryStringParameters;
  const nodes = xpath.select(`//user[name='${name}']/role`, users); // flow: xpath
  return { statusCode: 200, body: String(nodes.length) };
};
