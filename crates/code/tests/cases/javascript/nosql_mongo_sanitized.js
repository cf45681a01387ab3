const sanitize = require('mongo-sanitize');
const { MongoClient } = require('mongodb');

const client = new MongoClient(process.env.MONGO_URL);

exports.handler = async (event) => {
  const body = sanitize(JSON.parse(event.body));
  const found = await client.db('shop').collection('users').findOne({ user: body.user, code: body.code });
  return { statusCode: found ? 200 : 401, body: '' };
};
