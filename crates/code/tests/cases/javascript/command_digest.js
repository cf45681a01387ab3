const crypto = require('crypto');
const { execFileSync } = require('child_process');

exports.handler = async (event) => {
  const digest = crypto.createHash('sha256').update(event.body).digest('hex');
  const text = execFileSync('/bin/sh', ['-c', `/opt/bin/known ${digest}`]).toString();
  return { statusCode: 200, body: JSON.stringify({ text, size: Buffer.byteLength(event.body) }) };
};
