const serialize = require('node-serialize');

exports.handler = (event, context, callback) => {
  const request = serialize.unserialize(event.body); // flow: deserialize
  callback(null, { statusCode: 200, body: JSON.stringify({ action: request.action }) });
};
