const { randomUUID } = require('crypto');

exports.handler = async (event) => {
  const page = event.queryStringParameters.tab === 'help' ? '/help' : '/';
  return { statusCode: 302, headers: { Location: `${process.env.SITE}${page}?visit=${randomUUID()}` } };
};
