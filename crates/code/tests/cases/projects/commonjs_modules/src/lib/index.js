const fs = require('fs');
const path = require('path');

const ROOT = '/opt/files';

exports.readText = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8'); // flow: path

exports.size = function size(name) {
  const full = path.join(ROOT, path.basename(name));
  return fs.statSync(full).size;
};
