exports.handler = async (event) => {
  console.log('search for ' + event.queryStringParameters.term); // flow: log
  return { statusCode: 200, body: '' };
};
