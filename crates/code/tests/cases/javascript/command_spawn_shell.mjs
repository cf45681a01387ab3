import { spawn } from 'node:child_process';

export const handler = (event, context, callback) => {
  const { branch } = JSON.parse(event.body);
  const child = spawn('git', ['checkout', branch], { cwd: '/tmp/repo', shell: true }); // flow: command
  child.on('close', (code) => callback(null, { statusCode: 200, body: String(code) }));
};
