import { createRemoteJWKSet, jwtVerify } from 'jose';

const keys = createRemoteJWKSet(new URL(process.env.JWKS_URL));

export const handler = async (event) => {
  const { payload } = await jwtVerify(event.headers.authorization.slice(7), keys, { issuer: process.env.ISSUER });
  return { statusCode: 200, body: JSON.stringify({ user: payload.sub }) };
};
