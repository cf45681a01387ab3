import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import escape from 'escape-html';

const s3 = new S3Client({});

export const handler = async (event) => {
  const key = event.pathParameters.id;
  const found = await s3.send(new GetObjectCommand({ Bucket: process.env.NOTES, Key: key }));
  const text = await found.Body.transformToString();
  const headers = { 'Content-Type': 'text/html' };
  if (event.queryStringParameters?.plain) {
    return { statusCode: 200, headers, body: `<p>${escape(text)}</p>` };
  }
  return { statusCode: 200, headers, body: `<p>${text}</p>` }; // flow: html
};
