import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);
type Kind = 'small' | 'large';

async function work(record: SQSRecord): Promise<void> {
  const kind: Kind = JSON.parse(record.body).kind;
  await run(`/opt/bin/make --kind ${kind}`); // flow: command
}

export async function handler(event: SQSEvent): Promise<void> {
  await Promise.all(event.Records.map(work));
}
