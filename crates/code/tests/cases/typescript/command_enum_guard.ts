import type { SQSEvent } from 'aws-lambda';
import { execSync } from 'node:child_process';

enum Kind {
  Small = 'small',
  Large = 'large',
}

const isKind = (value: unknown): value is Kind => Object.values(Kind).includes(value as Kind);

export async function handler(event: SQSEvent): Promise<void> {
  for (const record of event.Records) {
    const { kind } = JSON.parse(record.body);
    if (!isKind(kind)) {
      continue;
    }
    execSync(`/opt/bin/make --kind ${kind}`);
  }
}
