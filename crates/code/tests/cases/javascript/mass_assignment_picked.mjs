import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async (event) => {
  const { name, mail } = JSON.parse(event.body);
  await client.send(new PutCommand({ TableName: process.env.TABLE, Item: { name, mail, role: 'reader' } }));
  return { statusCode: 201 };
};
