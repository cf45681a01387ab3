import { writeFile } from 'node:fs/promises';
import { fileFor } from './names.mjs';

export const handler = async ({ id, detail }) => {
  await writeFile(`/mnt/notes/${id}.txt`, detail.text);
  await writeFile(fileFor(detail), detail.text); // flow: path
};
