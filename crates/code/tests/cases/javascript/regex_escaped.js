const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

exports.handler = async (event) => {
  const { filter } = event.queryStringParameters;
  const pattern = new RegExp('^' + escape(filter), 'i');
  return { statusCode: 200, body: JSON.stringify(['apple', 'pear'].filter((word) => pattern.test(word))) };
};
