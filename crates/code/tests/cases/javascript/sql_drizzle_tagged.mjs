import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';

const db = drizzle(process.env.DATABASE_URL);

export const handler = async (event) => {
  const { tag } = event.queryStringParameters;
  const rows = await db.execute(sql`SELECT * FROM notes WHERE tag = ${tag}`);
  return { statusCode: 200, body: JSON.stringify(rows) };
};
