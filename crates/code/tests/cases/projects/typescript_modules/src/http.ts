import escape from 'escape-html';

export const item = (text: string): string => `<li>${escape(text)}</li>`;

export function page(body: string) {
  return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body };
}
