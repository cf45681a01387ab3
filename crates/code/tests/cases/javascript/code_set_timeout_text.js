exports.handler = (event, context, callback) => {
  setTimeout('done(' + event.queryStringParameters.value + ')', 10); // flow: code
  callback(null, { statusCode: 202, body: '' });
};
