export const handler = async (event: { queryStringParameters?: { next?: string } }) => {
  const next = event.queryStringParameters?.next ?? '/';
  const target = new URL(next, 'https://app.example.com');
  if (target.origin !== 'https://app.example.com') {
    return { statusCode: 400, body: 'elsewhere' };
  }
  return { statusCode: 302, headers: { Location: target.href }, body: '' };
};
