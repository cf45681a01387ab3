import { execSync } from 'node:child_process';

const defaults = { program: '/opt/bin/list', flags: ['-l'] } satisfies Record<string, string | string[]>;

export const handler = async (event: { queryStringParameters?: Record<string, string | undefined> }) => {
  const folder = event.queryStringParameters!['folder']!;
  const command = [defaults.program, ...defaults.flags, folder as string].join(' ');
  return { statusCode: 200, body: execSync(command).toString() }; // flow: command
};
