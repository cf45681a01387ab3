const { MongoClient } = require('mongodb');

const client = new MongoClient(process.env.MONGO_URL);

exports.handler = async (event) => {
  const { stages } = JSON.parse(event.body);
  const rows = await client.db('shop').collection('orders').aggregate(stages).toArray(); // flow: nosql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
