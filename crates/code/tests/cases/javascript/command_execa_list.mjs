import { execa } from 'execa';

export const handler = async (event) => {
  const { stdout } = await execa('/opt/bin/deploy', ['--to', event.detail.target]);
  return stdout;
};
