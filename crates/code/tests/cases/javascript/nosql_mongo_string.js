const { MongoClient } = require('mongodb');

const client = new MongoClient(process.env.MONGO_URL);

exports.handler = async (event) => {
  const { user, token } = JSON.parse(event.body);
  const users = client.db('shop').collection('users');
  const found = await users.findOne({ user: String(user), token: { $eq: `${token}` } });
  return { statusCode: found ? 200 : 401, body: '' };
};
