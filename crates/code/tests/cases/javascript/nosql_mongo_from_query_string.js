const { MongoClient } = require('mongodb');

const client = new MongoClient(process.env.MONGO_URL);

exports.handler = async (event) => {
  const { city } = event.queryStringParameters;
  const rows = await client.db('shop').collection('shops').find({ city }).toArray();
  return { statusCode: 200, body: JSON.stringify(rows) };
};
