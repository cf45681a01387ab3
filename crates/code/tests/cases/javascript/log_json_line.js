exports.handler = async (event) => {
  console.log(JSON.stringify({ level: 'info', term: event.queryStringParameters.term }));
  console.log('items', event.Records ? event.Records.length : 0);
  return { statusCode: 200, body: '' };
};
