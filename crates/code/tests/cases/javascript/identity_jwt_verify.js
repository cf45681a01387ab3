const jwt = require('jsonwebtoken');
const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  const token = event.headers.Authorization.replace('Bearer ', '');
  const { sub } = jwt.verify(token, process.env.PUBLIC_KEY, { algorithms: ['RS256'] });
  const { Item } = await client.send(new GetItemCommand({ TableName: 'accounts', Key: { id: { S: sub } } }));
  return { statusCode: 200, body: JSON.stringify(Item) };
};
