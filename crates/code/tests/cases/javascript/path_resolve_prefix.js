const fs = require('fs');
const path = require('path');

const ROOT = '/opt/pages';

exports.handler = async (event) => {
  const full = path.resolve(ROOT, event.pathParameters.proxy);
  if (!full.startsWith(ROOT + path.sep)) {
    return { statusCode: 403, body: '' };
  }
  return { statusCode: 200, body: JSON.stringify(fs.readFileSync(full, 'utf8')) };
};
