const https = require('https');

exports.handler = (event, context, callback) => {
  const message = JSON.stringify({ text: event.Records[0].Sns.Message });
  const request = https.request(process.env.HOOK_URL, { method: 'POST' }, () => callback(null, 'sent'));
  request.write(message);
  request.end();
};
