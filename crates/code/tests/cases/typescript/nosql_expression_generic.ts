import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async (event: { id: string; fields: Record<string, unknown> }) => {
  const names = Object.keys(event.fields);
  const input: UpdateCommandInput = {
    TableName: process.env.TABLE!,
    Key: { id: event.id },
    UpdateExpression: 'SET ' + names.map((name) => `${name} = :${name}`).join(', '),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, event.fields[name]])),
  };
  await client.send(new UpdateCommand(input)); // flow: nosql
};
