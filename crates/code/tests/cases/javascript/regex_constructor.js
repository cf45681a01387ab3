exports.handler = async (event) => {
  const { filter } = event.queryStringParameters;
  const pattern = new RegExp('^' + filter, 'i'); // flow: regex
  return { statusCode: 200, body: JSON.stringify(['apple', 'pear'].filter((word) => pattern.test(word))) };
};
