exports.handler = async (event) => {
  const origin = event.headers.origin;
  return { statusCode: 200, headers: { 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Allow-Origin': origin }, body: '{}' }; // flow: header
};
