'use strict';
const { parentPort, workerData } = require('worker_threads');
require('child_process').execSync('true ' + workerData);
parentPort.postMessage('done');
