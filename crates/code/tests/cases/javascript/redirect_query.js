exports.handler = async (event) => {
  const { returnUrl } = event.queryStringParameters;
  return { statusCode: 302, headers: { Location: returnUrl } }; // flow: redirect
};
