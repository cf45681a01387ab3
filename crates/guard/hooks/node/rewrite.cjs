'use strict';
// Reads JavaScript just far enough to know texts from code: to find literals, and to mark direct calls of `eval`.
const PUNCTUATION = /[([{,;:=!&|?+\-*%^~<>]/;
const WORDS = new Set(['return', 'typeof', 'case', 'in', 'of', 'new', 'delete', 'void', 'throw', 'do', 'else', 'instanceof', 'yield', 'await']);
const NAME = /[\p{ID_Continue}$]/u;

/** Calls `token(kind, start, end, previous)` for names, signs, literals (with their parts of templates). */
function scan(text, token) {
  let at = 0;
  let previous = '';
  const templates = [];
  let depth = 0;
  const template = (start) => {
    let end = start;
    while (end < text.length) {
      if (text[end] === '\\') end += 2;
      else if (text[end] === '`') { token('literal', start, end, previous); previous = '`'; return end + 1; }
      else if (text[end] === '$' && text[end + 1] === '{') { token('literal', start, end, previous); templates.push(depth); depth += 1; previous = '{'; return end + 2; }
      else end += 1;
    }
    return end;
  };
  while (at < text.length) {
    const letter = text[at];
    if (letter === ' ' || letter === '\n' || letter === '\t' || letter === '\r') { at += 1; continue; }
    if (letter === '/' && text[at + 1] === '/') { const end = text.indexOf('\n', at); at = end < 0 ? text.length : end; continue; }
    if (letter === '/' && text[at + 1] === '*') { const end = text.indexOf('*/', at + 2); at = end < 0 ? text.length : end + 2; continue; }
    if (letter === '#' && text[at + 1] === '!' && at === 0) { const end = text.indexOf('\n'); at = end < 0 ? text.length : end; continue; }
    if (letter === '"' || letter === "'") {
      let end = at + 1;
      while (end < text.length && text[end] !== letter && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
      token('literal', at + 1, end, previous);
      previous = '"';
      at = end + 1;
      continue;
    }
    if (letter === '`') { at = template(at + 1); continue; }
    if (letter === '/' && (previous === '' || WORDS.has(previous) || PUNCTUATION.test(previous))) {
      let end = at + 1;
      let inClass = false;
      while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
        if (text[end] === '\\') end += 1;
        else if (text[end] === '[') inClass = true;
        else if (text[end] === ']') inClass = false;
        end += 1;
      }
      previous = '/r';
      at = end + 1;
      continue;
    }
    if (NAME.test(letter)) {
      let end = at + 1;
      while (end < text.length && NAME.test(text[end])) end += 1;
      const name = text.slice(at, end);
      token('name', at, end, previous);
      previous = name;
      at = end;
      continue;
    }
    if (letter === '{') depth += 1;
    if (letter === '}') {
      depth -= 1;
      if (templates.length > 0 && templates[templates.length - 1] === depth) {
        templates.pop();
        at = template(at + 1);
        continue;
      }
    }
    token('sign', at, at + 1, previous);
    previous = letter;
    at += 1;
  }
}

/** The texts of a program, without their quotes. */
function literals(text) {
  const found = [];
  scan(text, (kind, start, end) => {
    if (kind === 'literal' && end > start) {
      const raw = text.slice(start, end);
      found.push(raw);
      if (raw.includes('\\')) found.push(raw.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\(['"`\\])/g, '$1'));
    }
  });
  return found;
}

/** Direct calls of `eval` tell what they are to run: `eval(x)` becomes `(__buckler.d||eval(__buckler.s=x))`. */
function rewrite(text, filename, Script) {
  if (!/\beval\s*\(/.test(text)) return text;
  const tokens = [];
  scan(text, (kind, start, end, previous) => { if (kind !== 'literal') tokens.push({ kind, start, end, previous, text: text.slice(start, end) }); });
  const edits = [];
  tokens.forEach((one, index) => {
    const open = tokens[index + 1];
    const before = tokens[index - 1];
    if (one.text !== 'eval' || one.previous === '.' || one.previous === 'function' || !open || open.text !== '(') return;
    const first = tokens[index + 2];
    const between = text.slice(open.end, first ? first.start : open.end).trim();
    if (between === '' && first && (first.text === ')' || (first.text === '.' && text.startsWith('...', first.start)))) return;
    let depth = 0;
    let close;
    for (let next = index + 1; next < tokens.length; next += 1) {
      if (tokens[next].text === '(') depth += 1;
      if (tokens[next].text === ')' && (depth -= 1) === 0) { close = next; break; }
    }
    if (close === undefined || (tokens[close + 1] && tokens[close + 1].text === '{')) return;
    const breaks = before && text.slice(before.end, one.start).includes('\n');
    const isStatement = !before || one.previous === ';' || one.previous === '{' || one.previous === '}' || (breaks && !PUNCTUATION.test(one.previous) && !WORDS.has(one.previous));
    edits.push([one.start, isStatement ? '__buckler.d||' : '(__buckler.d||'], [open.end, '__buckler.s=']);
    if (!isStatement) edits.push([tokens[close].end, ')']);
  });
  if (edits.length === 0) return text;
  let out = '';
  let at = 0;
  for (const [position, piece] of edits.sort((one, other) => one[0] - other[0])) {
    out += text.slice(at, position) + piece;
    at = position;
  }
  out += text.slice(at);
  try {
    // What was read wrongly stays as it was: its `eval` is the wrapper then, which sees no local names.
    if (!/\.mjs$|^file:/.test(filename)) new Script('(function (exports, require, module, __filename, __dirname) {' + out.replace(/^#!.*/, '') + '\n})', { filename });
    return out;
  } catch {
    return text;
  }
}

module.exports = rewrite;
module.exports.literals = literals;
