const BASE = 'https://api.example.com';

export const handler = async (event) => {
  const id = encodeURIComponent(event.pathParameters.id);
  const answer = await fetch(`${BASE}/users/${id}?fields=${encodeURIComponent(event.queryStringParameters.fields)}`);
  return { statusCode: answer.status, body: await answer.text() };
};
