export const handler = async (event: { queryStringParameters?: { next?: string } }) => {
  let next = event.queryStringParameters?.next;
  if (!next) {
    next = '/home';
  }
  return { statusCode: 302, headers: { Location: next }, body: '' }; // flow: redirect
};
