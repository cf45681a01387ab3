const { MongoClient, ObjectId } = require('mongodb');

const client = new MongoClient(process.env.MONGO_URL);

exports.handler = async (event) => {
  const { user, id } = JSON.parse(event.body);
  if (typeof user !== 'string') {
    return { statusCode: 400, body: '' };
  }
  const found = await client.db('shop').collection('users').findOne({ user, _id: new ObjectId(String(id)) });
  return { statusCode: found ? 200 : 401, body: '' };
};
