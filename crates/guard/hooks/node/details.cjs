'use strict';
// Where a question comes from, and whether the application's own code holds the text that seems to be input.
const { readFileSync } = require('fs');
const { literals } = require('./rewrite.cjs');
const FRAMES = 60;
const prepare = (_, sites) => sites;
const known = new Map();

function stack() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = prepare;
  Error.stackTraceLimit = FRAMES;
  const holder = {};
  Error.captureStackTrace(holder, module.exports);
  const sites = holder.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return Array.isArray(sites) ? sites : [];
}

function texts(path) {
  if (!known.has(path)) {
    let found = [];
    try { found = literals(readFileSync(path, 'utf8')); } catch { /* no file: code that was made */ }
    known.set(path, found);
  }
  return known.get(path);
}

module.exports = (fragments, message, { task, own }) => {
  const files = [];
  let at = '';
  for (const site of stack()) {
    let path = site.getFileName() || '';
    if (path.startsWith('file://')) path = decodeURIComponent(path.slice(7));
    if (path === '' || path.startsWith('node:') || path.startsWith(own)) continue;
    const isOwn = path.startsWith(task) && !path.includes('/node_modules/');
    if (at === '' || (isOwn && !at.startsWith(task))) at = path + ':' + site.getLineNumber();
    if (!files.includes(path)) files.push(path);
  }
  const constants = fragments.map((fragment) => files.some((path) => texts(path).some((text) => (message.k === 'operators' ? text === fragment : text.includes(fragment)) && (message.k !== 'code' || text !== fragment || fragment.length > 40))));
  return { k: 'details', at, constants };
};
