import jwtDecode from 'jwt-decode';
import { DynamoDB } from '@aws-sdk/client-dynamodb';

const client = new DynamoDB({});

export const handler = async (event: { headers: Record<string, string> }) => {
  const claims: { sub: string } = jwtDecode(event.headers.authorization); // flow: identity
  const found = await client.getItem({ TableName: 'profiles', Key: { id: { S: claims.sub } } });
  return { statusCode: 200, body: JSON.stringify(found.Item) };
};
