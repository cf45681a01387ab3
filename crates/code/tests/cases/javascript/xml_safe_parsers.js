const libxml = require('libxmljs');
const { XMLParser } = require('fast-xml-parser');
const xml2js = require('xml2js');

exports.handler = async (event) => {
  const title = libxml.parseXml(event.body).get('//title').text();
  const other = new XMLParser({ processEntities: false }).parse(event.body);
  const third = await xml2js.parseStringPromise(event.body);
  return { statusCode: 200, body: JSON.stringify({ title, other, third }) };
};
