import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

export const handler = async (event: { pathParameters: { city: string } }) => {
  const { city } = event.pathParameters;
  const rows = await prisma.$queryRaw`SELECT * FROM shops WHERE city = ${city}`;
  const first = await prisma.shop.findFirst({ where: { city: { equals: String(city) } } });
  return { statusCode: 200, body: JSON.stringify([rows, first]) };
};
