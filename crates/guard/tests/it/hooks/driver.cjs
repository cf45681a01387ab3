'use strict';
// Runs a case a line: `["name", "event"]`.
const path = require('path');
const readline = require('readline');

(async () => {
  let app = {};
  try { app = require(path.resolve('app.cjs')); } catch (why) { console.error(why); }
  try { app = { ...app, ...(await import('file://' + path.resolve('app.mjs'))) }; } catch (why) { console.error(why); }
  console.log('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, event] = JSON.parse(line);
    let answer;
    try {
      answer = 'ok ' + String(await app[name](JSON.parse(event))).replace(/\s+/g, ' ').slice(0, 200);
    } catch (why) {
      const text = String((why && why.message) || why).replace(/\s+/g, ' ').slice(0, 300);
      const code = (why && (why.code || (why.cause && why.cause.code))) || '';
      answer = (text.includes('refused by Buckler') || code === 'EACCES' ? 'refused ' : 'error ') + text + ' ' + code;
    }
    console.log(answer);
  }
})();
