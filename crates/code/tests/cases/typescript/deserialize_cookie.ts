import { unserialize } from 'node-serialize';

const cookie = (header: string, name: string) =>
  header.split('; ').find((part) => part.startsWith(name + '='))?.slice(name.length + 1);

export const handler = async (event: { cookies?: string[] }) => {
  const profile = cookie((event.cookies ?? []).join('; '), 'profile');
  const text = Buffer.from(profile!, 'base64').toString();
  const user = unserialize(text); // flow: deserialize
  return { statusCode: 200, body: user.name };
};
