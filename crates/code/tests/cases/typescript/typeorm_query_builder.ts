import { DataSource } from 'typeorm';

const source = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL });

export const handler = async (event: any) => {
  if (!source.isInitialized) await source.initialize();
  const name = event.arguments.name as string;
  return source.query("SELECT * FROM users WHERE name = '" + name + "'"); // flow: sql
};
