const MAIL = /^[a-zA-Z0-9._-]{1,64}@example\.com$/;

exports.handler = async (event) => {
  const { mail } = JSON.parse(event.body);
  return { statusCode: MAIL.test(mail) ? 200 : 400, body: '' };
};
