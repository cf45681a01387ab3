const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand } = require('@aws-sdk/lib-dynamodb');
const { randomUUID } = require('crypto');

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

exports.handler = async (event) => {
  const { url } = JSON.parse(event.body);
  await client.send(new PutCommand({ TableName: process.env.TABLE, Item: { id: randomUUID(), url: String(url), tries: 0 } }));
  return { statusCode: 201, body: '' };
};
