exports.handler = async (event) => {
  const name = event.queryStringParameters && event.queryStringParameters.name;
  const html = `<html><body><p>Hello ${name}</p></body></html>`;
  return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: html }; // flow: html
};
