import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { DynamoDB } from '@aws-sdk/client-dynamodb';

const client = new DynamoDB({});
const verifier = CognitoJwtVerifier.create({ userPoolId: process.env.POOL!, tokenUse: 'id', clientId: null });

export const handler = async (event: { headers: Record<string, string> }) => {
  const claims = await verifier.verify(event.headers.authorization);
  const found = await client.getItem({ TableName: 'profiles', Key: { id: { S: claims.sub } } });
  return { statusCode: 200, body: JSON.stringify(found.Item) };
};
