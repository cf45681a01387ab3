const { DynamoDBClient, DeleteItemCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  const [, payload] = event.headers.authorization.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64').toString()); // flow: identity
  await client.send(new DeleteItemCommand({ TableName: 'accounts', Key: { id: { S: claims.username } } }));
  return { statusCode: 204 };
};
