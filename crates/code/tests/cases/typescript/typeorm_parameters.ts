import { DataSource } from 'typeorm';

const source = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL });

export const handler = async (event: { arguments: { name: string } }) => {
  if (!source.isInitialized) await source.initialize();
  return source.query('SELECT * FROM users WHERE name = $1', [event.arguments.name]);
};
