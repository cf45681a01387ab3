const AdmZip = require('adm-zip');
const fs = require('fs');
const path = require('path');

exports.handler = async (event) => {
  const zip = new AdmZip(Buffer.from(event.body, 'base64'));
  for (const entry of zip.getEntries()) {
    const target = path.resolve('/tmp/site', entry.entryName);
    if (!target.startsWith('/tmp/site/')) throw new Error('outside');
    fs.writeFileSync(target, entry.getData());
  }
  return { statusCode: 201 };
};
