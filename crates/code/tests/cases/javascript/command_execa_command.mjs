import { execaCommand } from 'execa';

export const handler = async (event) => {
  const target = event.detail.target;
  const { stdout } = await execaCommand(`/opt/bin/deploy --to ${target}`, { shell: true }); // flow: command
  return stdout;
};
