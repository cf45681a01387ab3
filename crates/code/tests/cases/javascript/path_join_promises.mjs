import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const handler = async ({ pathParameters }) => {
  const file = join('/opt/pages', pathParameters.proxy);
  const page = await readFile(file, 'utf8'); // flow: path
  return { statusCode: 200, body: JSON.stringify({ page }) };
};
