// Tries to get out of Node. One line of JSON for each attempt.
'use strict';
const given = JSON.parse(process.argv[2]);

function say(attempt, result) {
  console.log(JSON.stringify({ attempt, result }));
}

function once(attempt, work) {
  try {
    say(attempt, work());
  } catch (error) {
    say(attempt, error.code || String(error.errno || error.name));
  }
}

function connects(attempt, options) {
  return new Promise((done) => {
    const client = require('net').connect(options);
    client.on('connect', () => { say(attempt, 'through'); client.destroy(); done(); });
    client.on('error', (error) => { say(attempt, error.code); done(); });
  });
}

async function main() {
  const fs = require('fs');
  await connects('node-runtime-api', { host: '127.0.0.1', port: given.api });
  once('node-program', () => {
    const { error, status } = require('child_process').spawnSync('/bin/true');
    if (error) throw error;
    return status === 0 ? 'through' : 'failed';
  });
  once('node-program-binding', () => {
    const found = process.binding('spawn_sync').spawn({
      file: '/bin/true', args: ['true'], envPairs: [], stdio: [{ type: 'ignore' }, { type: 'ignore' }, { type: 'ignore' }],
    });
    return found.error ? String(found.error) : 'through';
  });
  once('node-file', () => (fs.readFileSync(given.secret).length ? 'through' : 'empty'));
  once('node-file-binding', () => {
    const binding = process.binding('fs');
    const descriptor = binding.open(given.secret, 0, 0o600);
    return typeof descriptor === 'number' && descriptor > 2 ? 'through' : 'failed';
  });
  await new Promise((done) => {
    const { TCP, TCPConnectWrap, constants } = process.binding('tcp_wrap');
    const request = new TCPConnectWrap();
    request.oncomplete = (status) => { say('node-runtime-api-binding', status === 0 ? 'through' : String(status)); done(); };
    const failed = new TCP(constants.SOCKET).connect(request, '127.0.0.1', given.api);
    if (failed) { say('node-runtime-api-binding', String(failed)); done(); }
  });
  await new Promise((done) => {
    const { Worker } = require('worker_threads');
    const code = `require('net').connect(${given.api}, '127.0.0.1')
      .on('connect', () => require('worker_threads').parentPort.postMessage('through'))
      .on('error', (error) => require('worker_threads').parentPort.postMessage(error.code))`;
    new Worker(code, { eval: true }).on('message', (result) => { say('node-runtime-api-worker', result); done(); });
  });
  await new Promise((done) => {
    require('dns').lookup(given.name, (error) => { say('node-dns-name', error ? error.code : 'through'); done(); });
  });
  process.exit(0);
}

main();
