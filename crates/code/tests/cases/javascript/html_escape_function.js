const escapeHtml = require('escape-html');

exports.handler = async (event) => {
  const name = escapeHtml(event.queryStringParameters.name);
  const html = `<html><body><p>Hello ${name}</p></body></html>`;
  return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: html };
};
