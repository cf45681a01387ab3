const escape = (text) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

exports.handler = async (event) => {
  const page = '<p>' + escape(event.queryStringParameters.name) + '</p>';
  return { statusCode: 200, headers: { 'content-type': 'text/html' }, body: page };
};
