import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async (event) => {
  const payload = JSON.parse(event.body);
  await client.send(new PutCommand({ TableName: process.env.TABLE, Item: { id: randomUUID(), status: 'NEW', payload } }));
  return { statusCode: 202 };
};
