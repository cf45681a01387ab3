import { readFile } from 'node:fs/promises';
import path from 'node:path';

export const handler = async ({ pathParameters }) => {
  const file = path.join('/opt/pages', path.basename(pathParameters.proxy));
  return { statusCode: 200, body: JSON.stringify({ page: await readFile(file, 'utf8') }) };
};
