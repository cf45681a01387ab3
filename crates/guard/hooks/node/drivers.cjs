'use strict';
// SQL text, statements of AWS and dangerous formats on their way to packages: wrapped when a file of theirs is loaded.
const TEXTS = ['Statement', 'sql', 'Sql', 'QueryString', 'queryString', 'Expression', 'KeyConditionExpression', 'FilterExpression', 'ConditionExpression', 'UpdateExpression', 'ProjectionExpression'];
const CONDITIONS = ['ScanFilter', 'QueryFilter', 'KeyConditions', 'Expected'];
const done = new WeakSet();

module.exports = (filename, module, { ask, cut }) => {
  const sql = (api, statement, backslash) => {
    const text = statement && typeof statement === 'object' ? statement.sql || statement.text : statement;
    if (typeof text === 'string' && text !== '') ask({ k: 'sql', api, text: cut(text), backslash });
  };
  const wrap = (owner, names, api, backslash) => {
    for (const name of names) {
      const before = owner && owner[name];
      if (typeof before !== 'function' || done.has(before)) continue;
      const wrapped = function (statement, ...more) {
        sql(api + '.' + name, statement, backslash);
        return Reflect.apply(before, this, [statement, ...more]);
      };
      done.add(wrapped);
      try { owner[name] = wrapped; } catch { /* frozen: stays */ }
    }
  };
  const within = (operation, input) => {
    if (!input || typeof input !== 'object') return;
    for (const name of TEXTS) if (typeof input[name] === 'string') sql('aws.' + operation, input[name], false);
    comparisons(operation, input);
  };
  const statements = (operation, input) => {
    within(operation, input);
    if (!input || typeof input !== 'object') return;
    if (Array.isArray(input.TransactItems)) for (const item of input.TransactItems) for (const inner of Object.values(item || {})) if (!Array.isArray(inner)) within(operation, inner);
    for (const list of [input.Statements, input.TransactStatements, input.Sqls]) {
      if (Array.isArray(list)) for (const one of list) sql('aws.' + operation, typeof one === 'string' ? one : one && one.Statement, false);
    }
  };
  // DynamoDB's older conditions: a member for each attribute, with its comparison.
  const comparisons = (operation, input) => {
    const found = CONDITIONS.flatMap((name) => Object.values(input[name] || {}).map((one) => one && one.ComparisonOperator));
    const names = [...found, input.ConditionalOperator].filter((one) => typeof one === 'string');
    if (names.length > 0) ask({ k: 'operators', api: 'aws.' + operation, names: names.slice(0, 200).map(cut) });
  };
  // Operators in the documents that a store is asked with, and the code that some of them run.
  const MEMBERS_MAX = 20000;
  const documents = (api, values) => {
    const names = new Set();
    const texts = [];
    for (let left = MEMBERS_MAX; values.length > 0 && left > 0; left--) {
      const one = values.pop();
      if (!one || typeof one !== 'object' || ArrayBuffer.isView(one)) continue;
      if (Array.isArray(one)) { values.push(...one.slice(0, MEMBERS_MAX)); continue; }
      const entries = one instanceof Map ? one.entries() : Object.entries(one);
      for (const [name, value] of entries) {
        if (typeof name === 'string' && name[0] === '$') {
          names.add(name);
          if (name === '$where' || name === '$function' || name === '$accumulator') texts.push(value && typeof value === 'object' ? value.body : value);
        }
        values.push(value);
      }
    }
    if (names.size === 0) return;
    ask({ k: 'operators', api, names: [...names].slice(0, 200).map(cut) });
    for (const text of texts) if (typeof text === 'string') ask({ k: 'code', api, text: cut(text) });
  };
  const store = (owner, methods, api) => {
    for (const [name, count] of Object.entries(methods)) {
      const before = owner && owner[name];
      if (typeof before !== 'function' || done.has(before)) continue;
      const wrapped = function (...given) {
        documents(api + '.' + name, given.slice(0, count));
        return Reflect.apply(before, this, given);
      };
      done.add(wrapped);
      owner[name] = wrapped;
    }
  };
  const { exports } = module;
  if (/[\\/]pg[\\/]lib[\\/]client\.js$/.test(filename)) wrap(exports.prototype, ['query'], 'pg', false);
  else if (/[\\/]mysql[\\/]lib[\\/]Connection\.js$/.test(filename)) wrap(exports.prototype, ['query'], 'mysql', true);
  else if (/[\\/]mysql2[\\/]lib[\\/](?:base[\\/])?connection\.js$/.test(filename)) wrap(exports.prototype, ['query', 'execute'], 'mysql2', true);
  else if (/[\\/]sqlite3[\\/]lib[\\/]sqlite3\.js$/.test(filename)) wrap(exports.Database && exports.Database.prototype, ['run', 'get', 'all', 'each', 'exec', 'prepare', 'map'], 'sqlite3', false);
  else if (/[\\/]better-sqlite3[\\/]lib[\\/]database\.js$/.test(filename)) wrap(exports.prototype, ['prepare', 'exec', 'pragma'], 'better-sqlite3', false);
  else if (/[\\/]mariadb[\\/]lib[\\/]connection(?:-promise|-callback)?\.js$/.test(filename)) wrap(exports.prototype, ['query', 'execute', 'batch'], 'mariadb', true);
  else if (/[\\/]mongodb[\\/]lib[\\/]collection\.js$/.test(filename)) {
    store(exports.Collection && exports.Collection.prototype, {
      find: 1, findOne: 1, findOneAndDelete: 1, findOneAndReplace: 1, findOneAndUpdate: 2, countDocuments: 1, deleteOne: 1, deleteMany: 1,
      updateOne: 2, updateMany: 2, replaceOne: 1, aggregate: 1, distinct: 2, count: 1,
    }, 'mongodb');
  } else if (/[\\/]node-serialize[\\/]lib[\\/]serialize\.js$/.test(filename)) {
    const before = exports.unserialize;
    exports.unserialize = function (text) {
      if (typeof text === 'string') ask({ k: 'data', api: 'node-serialize.unserialize', format: 'node-serialize', text: cut(text) });
      return Reflect.apply(before, this, arguments);
    };
  } else if (/[\\/]aws-sdk[\\/]lib[\\/]service\.js$/.test(filename)) {
    const before = exports.prototype && exports.prototype.makeRequest;
    if (before) exports.prototype.makeRequest = function (operation, input) { statements(operation, input); return Reflect.apply(before, this, arguments); };
  } else if (/[\\/]@smithy[\\/](?:smithy-client|core)[\\/]dist-cjs[\\/].*\.js$/.test(filename) && exports.Client && exports.Client.prototype) {
    const before = exports.Client.prototype.send;
    if (typeof before === 'function' && !done.has(before)) {
      exports.Client.prototype.send = function (command) {
        statements((command && command.constructor && command.constructor.name) || 'send', command && command.input);
        return Reflect.apply(before, this, arguments);
      };
      done.add(exports.Client.prototype.send);
    }
  }
};
