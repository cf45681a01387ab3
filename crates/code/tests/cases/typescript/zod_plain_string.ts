import { z } from 'zod';
import { execSync } from 'node:child_process';

const Body = z.object({ title: z.string().min(1) });

export const handler = async (event: { body: string }) => {
  const parsed = Body.safeParse(JSON.parse(event.body));
  if (!parsed.success) return { statusCode: 400, body: parsed.error.message };
  return { statusCode: 200, body: execSync(`/opt/bin/title '${parsed.data.title}'`).toString() }; // flow: command
};
