import { execSync } from 'node:child_process';

async function* messages(event) {
  for (const record of event.Records) {
    yield JSON.parse(Buffer.from(record.kinesis.data, 'base64').toString('utf-8'));
  }
}

export const handler = async (event) => {
  for await (const { file } of messages(event)) {
    execSync(`gunzip ${file}`); // flow: command
  }
};
