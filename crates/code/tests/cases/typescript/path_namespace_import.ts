import * as fs from 'fs';
import * as path from 'path';
import { S3Handler } from 'aws-lambda';

export const handler: S3Handler = async ({ Records }) => {
  for (const { s3: { object: { key } } } of Records) {
    const target = path.join('/mnt/out', decodeURIComponent(key));
    fs.mkdirSync(path.dirname(target), { recursive: true }); // flow: path
    fs.writeFileSync(target, 'seen'); // flow: path
  }
};
