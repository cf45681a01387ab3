const ORIGINS = ['https://app.example.com', 'https://admin.example.com'];

exports.handler = async (event) => {
  const { origin } = event.headers;
  const allowed = ORIGINS.includes(origin) ? origin : ORIGINS[0];
  return { statusCode: 200, headers: { 'Access-Control-Allow-Origin': allowed }, body: '{}' };
};
