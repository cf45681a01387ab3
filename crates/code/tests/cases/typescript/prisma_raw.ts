import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

export const handler = async (event: { pathParameters: { city: string } }) => {
  const { city } = event.pathParameters;
  const rows = await prisma.$queryRawUnsafe(`SELECT * FROM shops WHERE city = '${city}'`); // flow: sql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
