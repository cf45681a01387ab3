import { encode } from 'html-entities';

export async function handler(event: { queryStringParameters: Record<string, string> }) {
  const items = Object.values(event.queryStringParameters).map((word) => `<li>${encode(word)}</li>`);
  return { statusCode: 200, headers: { 'content-type': 'text/html' }, body: `<ul>${items.join('')}</ul>` };
}
