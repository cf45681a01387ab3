const MAIL = /^([a-zA-Z0-9]+)+@example\.com$/;

exports.handler = async (event) => {
  const { mail } = JSON.parse(event.body);
  const good = MAIL.test(mail); // flow: regex
  return { statusCode: good ? 200 : 400, body: '' };
};
