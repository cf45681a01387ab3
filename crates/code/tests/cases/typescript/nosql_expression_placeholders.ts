import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async (event: { id: string; values: string[] }) => {
  const places = event.values.map((_, index) => `:v${index}`).join(', ');
  await client.send(
    new UpdateCommand({
      TableName: process.env.TABLE!,
      Key: { id: event.id },
      UpdateExpression: `ADD entries ${places}`,
      ExpressionAttributeValues: Object.fromEntries(event.values.map((value, index) => [`:v${index}`, value])),
    }),
  );
};
