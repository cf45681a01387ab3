const AWS = require('aws-sdk');
const { exec } = require('child_process');

const s3 = new AWS.S3();

exports.handler = (event, context, callback) => {
  const { bucket, object } = event.Records[0].s3;
  s3.headObject({ Bucket: bucket.name, Key: object.key }, (error, head) => {
    if (error) return callback(error);
    exec(`identify -format %w "/mnt/in/${object.key}"`, (failure, stdout) => { // flow: command
      callback(failure, { width: stdout, size: head.ContentLength });
    });
  });
};
