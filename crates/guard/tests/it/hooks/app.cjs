'use strict';
// Handlers with every kind of sink. Events are no part of this file: what stands in code is known to be no input.
const childProcess = require('child_process');
const dns = require('dns');
const fs = require('fs');
const http = require('http');
const net = require('net');
const path = require('path');
const util = require('util');
const vm = require('vm');
const { Worker } = require('worker_threads');

const TMP = process.env.APP_TMP;
const quiet = { stdio: 'ignore' };
const tried = (run) => { try { return run(); } catch (why) { if (String(why.message).includes('refused by Buckler')) throw why; return 'failed ' + why.code; } };
const optional = (name) => { try { return require(name); } catch { return undefined; } };

// Programs.
exports.exec = (event) => util.promisify(childProcess.exec)(`echo ${event.name}`).then((done) => done.stdout);
exports.execCallback = (event) => new Promise((resolve, reject) => childProcess.exec('echo ' + event.name, (why, out) => (why ? reject(why) : resolve(out))));
exports.execSync = (event) => childProcess.execSync('echo ' + event.name);
exports.execQuoted = (event) => childProcess.execSync(`echo '${event.name}'`);
exports.execDouble = (event) => childProcess.execSync(`echo "${event.name}"`);
exports.spawnShell = (event) => new Promise((resolve, reject) => childProcess.spawn('echo ' + event.name, { shell: true, ...quiet }).on('error', reject).on('exit', resolve));
exports.spawnArray = (event) => new Promise((resolve, reject) => childProcess.spawn('echo', [event.name], quiet).on('error', reject).on('exit', resolve));
exports.spawnSync = (event) => childProcess.spawnSync('sh', ['-c', 'true ' + event.name], quiet).status;
exports.execFile = (event) => util.promisify(childProcess.execFile)('ls', ['--', event.name]).catch((why) => tried(() => { throw why; }));
exports.program = (event) => childProcess.spawnSync(event.name, ['x'], quiet).status;
exports.forkEval = (event) => childProcess.spawnSync(process.execPath, ['-e', 'const x = ' + event.name], quiet).status;
exports.nested = (event) => childProcess.execSync('true ' + JSON.parse(event.body).data.name);
exports.decoded = (event) => childProcess.execSync('true ' + Buffer.from(event.body, 'base64').toString());
exports.unquoted = (event) => childProcess.execSync('true ' + decodeURIComponent(event.key.replace(/\+/g, ' ')));
exports.form = (event) => childProcess.execSync('true ' + new URLSearchParams(event.body).get('name'));
exports.staticCommand = () => childProcess.execSync('true; echo harmless > /dev/null');
exports.bindingSpawn = (event) => process.binding('spawn_sync').spawn({ file: '/bin/sh', args: ['sh', '-c', 'true ' + event.name], envPairs: [], stdio: [] }).status;
exports.childSecret = () => childProcess.execSync('echo $SECRET-$AWS_SECRET_ACCESS_KEY-').toString();

// Code.
exports.evalDirect = (event) => { const factor = 3; return eval('factor * (' + event.code + ')'); };
exports.evalIndirect = (event) => (0, eval)(event.code);
exports.evalGlobal = (event) => globalThis.eval('(' + event.code + ')');
exports.evalText = (event) => eval("'" + event.code + "'.length");
exports.evalJson = (event) => JSON.stringify(eval('(' + event.code + ')'));
exports.newFunction = (event) => new Function('a', 'return ' + event.code)(1);
exports.callFunction = (event) => Function('return ' + event.code)();
exports.constructor = (event) => (() => {}).constructor('return ' + event.code)();
exports.asyncFunction = (event) => new (async () => {}).constructor('return ' + event.code)();
exports.vmNew = (event) => vm.runInNewContext(event.code);
exports.vmThis = (event) => vm.runInThisContext(event.code);
exports.vmScript = (event) => new vm.Script(event.code).runInThisContext();
exports.ownEval = () => { const local = 20; return eval('local * 2 + 2'); };
exports.workerEval = (event) => new Promise((resolve, reject) => new Worker('const x = ' + event.code, { eval: true }).on('error', reject).on('exit', resolve));
exports.workerSpawn = (event) => new Promise((resolve, reject) => new Worker(path.join(__dirname, 'worker.cjs'), { workerData: event.name }).on('error', reject).on('message', resolve));
exports.requireName = (event) => typeof require(event.module);
exports.requirePlugin = (event) => typeof require('./plugins/' + event.module);
exports.requireLate = () => typeof require('punycode/');
exports.importName = () => import('node:path').then((module) => typeof module);
exports.instance = () => (() => {}) instanceof Function && Function.prototype.constructor === Function && new Function('return 7')() === 7;

// Tampering before a sink.
exports.tampered = (event) => {
  const keep = [JSON.stringify, fs.readSync, fs.writeSync, Array.prototype.map, Reflect.apply];
  JSON.stringify = () => '{}';
  fs.writeSync = () => 0;
  fs.readSync = () => 0;
  Array.prototype.toJSON = () => ['true'];
  Object.prototype.ok = true;
  try { return childProcess.execSync('true ' + event.name); } finally {
    [JSON.stringify, fs.readSync, fs.writeSync, Array.prototype.map] = keep;
    delete Array.prototype.toJSON;
    delete Object.prototype.ok;
  }
};

// Data.
exports.unserialize = (event) => typeof require('node-serialize').unserialize(event.data);
exports.yaml = (event) => { const value = require('js-yaml').load(event.data); return typeof (value.run ? value.run() : value); };

// SQL: the driver's own code; the connection is to nobody.
const pg = optional('pg');
const mysql = optional('mysql2');
const mongodb = optional('mongodb');
const users = () => new mongodb.MongoClient('mongodb://127.0.0.1:9/').db('shop').collection('users');
exports.mongoFind = (event) => { users().find({ name: event.name, password: event.password }); };
exports.mongoOwn = (event) => { users().find({ age: { $gt: event.age }, $or: [{ name: event.name }] }); };
exports.mongoBody = (event) => { users().find(JSON.parse(event.body)); };
exports.mongoWhere = (event) => { users().find({ $where: `this.name == '${event.name}'` }); };
const nobody = (make) => new Promise((resolve, reject) => { try { make(); resolve('sent'); } catch (why) { reject(why); } });
exports.pgText = (event) => nobody(() => new pg.Client({ port: 9 }).query("SELECT * FROM users WHERE name = '" + event.name + "'", () => {}));
exports.pgBound = (event) => nobody(() => new pg.Client({ port: 9 }).query('SELECT * FROM users WHERE name = $1 ORDER BY name', [event.name], () => {}));
exports.pgNumber = (event) => nobody(() => new pg.Client({ port: 9 }).query(`SELECT * FROM users WHERE id = ${event.id}`, () => {}));
exports.mysqlText = (event) => nobody(() => { const c = mysql.createConnection({ port: 9 }); c.on('error', () => {}); c.query('SELECT * FROM users WHERE name = "' + event.name + '"', () => {}); });
exports.mysqlEscaped = (event) => nobody(() => { const c = mysql.createConnection({ port: 9 }); c.on('error', () => {}); c.query('SELECT * FROM users WHERE name = ' + mysql.escape(event.name), () => {}); });

const aws = optional('@aws-sdk/client-dynamodb');
const dynamo = (command, input) => nobody(() => {
  const client = new aws.DynamoDBClient({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:9', maxAttempts: 1, credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x' } });
  client.send(new aws[command](input)).catch(() => {});
});
const condition = (value, how) => ({ AttributeValueList: [{ S: value }], ComparisonOperator: how });
exports.dynamoChosen = (event) => dynamo('ScanCommand', { TableName: 'users', ScanFilter: { [event.field]: condition(event.value, event.how) } });
exports.dynamoOwn = (event) => dynamo('ScanCommand', { TableName: 'users', ScanFilter: { state: condition(event.value, 'NE') } });
exports.dynamoPartiql = (event) => dynamo('ExecuteStatementCommand', { Statement: "SELECT * FROM users WHERE name = '" + event.value + "'" });
exports.dynamoExpression = (event) => dynamo('TransactWriteItemsCommand', { TransactItems: [{ Put: { TableName: 'users', Item: { id: { S: '1' } }, ConditionExpression: 'attribute_not_exists(' + event.field + ')' } }] });

// Files.
exports.read = (event) => fs.readFileSync(path.join(TMP, 'uploads', event.name), 'utf8');
exports.readPlain = (event) => fs.readFileSync(TMP + '/uploads/' + event.name);
exports.readCallback = (event) => new Promise((resolve, reject) => fs.readFile(TMP + '/uploads/' + event.name, (why, data) => (why ? reject(why) : resolve(data.length))));
exports.readPromise = (event) => fs.promises.readFile(TMP + '/uploads/' + event.name, 'utf8');
exports.readStream = (event) => new Promise((resolve, reject) => fs.createReadStream(TMP + '/uploads/' + event.name).on('error', reject).on('data', resolve));
exports.readResolved = (event) => fs.readFileSync(path.resolve('/srv/files', event.name));
exports.write = (event) => fs.writeFileSync(TMP + '/uploads/' + event.name, 'x');
exports.unlink = (event) => fs.promises.unlink(TMP + '/uploads/' + event.name).catch((why) => tried(() => { throw why; }));
exports.list = (event) => fs.readdirSync(TMP + '/' + event.name).length;
exports.configuration = () => fs.readFileSync('/etc/hostname', 'utf8').length;

// Hosts.
const refusedOr = (why) => { if (why.code === 'EACCES' || (why.cause && why.cause.code === 'EACCES')) throw why; return why.code; };
exports.connect = (event) => new Promise((resolve, reject) => { const socket = net.connect({ host: event.host, port: 9, timeout: 200 }, () => resolve('connected')); socket.on('timeout', () => { socket.destroy(); resolve('timeout'); }); socket.on('error', (why) => { try { resolve(refusedOr(why)); } catch { reject(why); } }); });
exports.get = (event) => new Promise((resolve, reject) => http.get(event.url, { timeout: 200 }, (answer) => resolve(answer.statusCode)).on('error', (why) => { try { resolve(refusedOr(why)); } catch { reject(why); } }));
exports.fetched = (event) => fetch(event.url, { signal: AbortSignal.timeout(300) }).then((answer) => answer.status, refusedOr);
exports.lookup = (event) => dns.promises.lookup(event.host).then(String, refusedOr);
exports.fetchBucket = (event) => exports.fetched({ url: 'https://' + event.bucket + '.s3.eu-west-1.amazonaws.com/key' });
exports.fetchFixed = (event) => exports.fetched({ url: 'http://api.example.invalid/v1/users/' + encodeURIComponent(event.name) });
exports.fetchLocal = () => exports.fetched({ url: 'http://127.0.0.1:9/x' });
