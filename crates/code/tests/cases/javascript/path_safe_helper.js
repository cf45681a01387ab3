const fs = require('fs');
const path = require('path');

const MOUNT = process.env.MOUNT_PATH || '/mnt/data';

function safePath(name) {
  const resolved = path.resolve(MOUNT, name);
  if (!resolved.startsWith(MOUNT + path.sep) && resolved !== MOUNT) {
    throw new Error(`outside: ${name}`);
  }
  return resolved;
}

exports.handler = async (event) => {
  const file = safePath(event.filename || 'hello.txt');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, String(event.content));
  return { entries: fs.readdirSync(safePath(event.directory || '')).length };
};
