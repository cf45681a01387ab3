const { MongoClient } = require('mongodb');

const client = new MongoClient(process.env.MONGO_URL);

exports.handler = async (event) => {
  const { city } = event.queryStringParameters;
  const shops = client.db('shop').collection('shops');
  const rows = await shops.find({ $where: `this.city == '${city}'` }).toArray(); // flow: nosql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
