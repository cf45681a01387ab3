import { z } from 'zod';
import { execSync } from 'node:child_process';

const Body = z.object({
  kind: z.enum(['small', 'large']),
  count: z.number().int().max(100),
  id: z.string().uuid(),
});

export const handler = async (event: { body: string }) => {
  const { kind, count, id } = Body.parse(JSON.parse(event.body));
  return { statusCode: 200, body: execSync(`/opt/bin/make ${kind} ${count} ${id}`).toString() };
};
