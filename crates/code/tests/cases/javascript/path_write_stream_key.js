const fs = require('fs');
const AWS = require('aws-sdk');

const s3 = new AWS.S3();

exports.handler = async (event) => {
  const { s3: place } = event.Records[0];
  const key = decodeURIComponent(place.object.key);
  const file = fs.createWriteStream(`/tmp/${key}`); // flow: path
  s3.getObject({ Bucket: place.bucket.name, Key: key }).createReadStream().pipe(file);
  await new Promise((resolve) => file.on('finish', resolve));
};
