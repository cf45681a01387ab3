const AdmZip = require('adm-zip');
const fs = require('fs');
const path = require('path');

exports.handler = async (event) => {
  const zip = new AdmZip(Buffer.from(event.body, 'base64'));
  for (const entry of zip.getEntries()) {
    fs.writeFileSync(path.join('/tmp/site', entry.entryName), entry.getData()); // flow: path
  }
  return { statusCode: 201 };
};
