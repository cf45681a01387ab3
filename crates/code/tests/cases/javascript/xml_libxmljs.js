const libxml = require('libxmljs');

exports.handler = async (event) => {
  const document = libxml.parseXml(event.body, { noent: true, noblanks: true }); // flow: xml
  return { statusCode: 200, body: JSON.stringify({ title: document.get('//title').text() }) };
};
