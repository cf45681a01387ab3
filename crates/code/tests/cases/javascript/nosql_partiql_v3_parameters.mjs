import { DynamoDBClient, ExecuteStatementCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

export const handler = async (event) => {
  const { artist } = JSON.parse(event.body);
  const command = new ExecuteStatementCommand({
    Statement: 'SELECT * FROM Music WHERE Artist = ?',
    Parameters: [{ S: artist }],
  });
  const { Items } = await client.send(command);
  return { statusCode: 200, body: JSON.stringify(Items) };
};
