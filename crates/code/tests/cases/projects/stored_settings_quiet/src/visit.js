const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand } = require('@aws-sdk/lib-dynamodb');
const { randomUUID } = require('crypto');

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

exports.handler = async (event) => {
  const page = event.queryStringParameters?.page;
  await client.send(new PutCommand({ TableName: process.env.VISITS, Item: { id: randomUUID(), page } }));
  await client.send(new PutCommand({ TableName: process.env.SETTINGS, Item: { id: 'last', host: 'api.example.com' } }));
  return { statusCode: 204 };
};
