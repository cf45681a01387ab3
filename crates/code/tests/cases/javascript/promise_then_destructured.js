const { exec } = require('child_process');
const AWS = require('aws-sdk');

const s3 = new AWS.S3();

module.exports.handler = (event) =>
  s3.getObject({ Bucket: process.env.JOBS, Key: event.Records[0].s3.object.key }).promise()
    .then(({ Body }) => JSON.parse(Body.toString()))
    .then(({ command, ...rest }) => exec(command, rest)); // flow: command
