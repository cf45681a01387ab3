type Answer = { statusCode: number; headers: Record<string, string>; body: string };

const page = (title: string, rest: string[]): string => `<title>${title}</title>${rest.join('')}`;

function answer(body: string): Answer {
  return { statusCode: 200, headers: { 'content-type': 'text/html' }, body }; // flow: html
}

export async function handler(event: any): Promise<Answer> {
  const words: string[] = event.multiValueQueryStringParameters?.word ?? [];
  return answer(page('Words', words.map((word) => `<li>${word}</li>`)));
}
