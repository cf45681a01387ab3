import * as fs from 'fs';
import * as path from 'path';
import { S3Handler } from 'aws-lambda';

export const handler: S3Handler = async ({ Records }) => {
  for (const { s3 } of Records) {
    const { name } = path.parse(decodeURIComponent(s3.object.key));
    fs.writeFileSync(path.join('/mnt/out', `${name}-${s3.object.size}.txt`), 'seen');
  }
};
