import mysql from 'mysql2/promise';

const pool = mysql.createPool({ uri: process.env.DATABASE_URL });

async function byOwner(owner) {
  const [rows] = await pool.execute(`SELECT * FROM pets WHERE owner = "${owner}"`); // flow: sql
  return rows;
}

export const handler = async ({ queryStringParameters: { owner } = {} }) => ({
  statusCode: 200,
  body: JSON.stringify(await byOwner(owner)),
});
