import type { APIGatewayProxyHandler } from 'aws-lambda';
import { Store } from './store';
import * as http from './http';

const store = new Store(process.env.DATABASE_URL ?? '');

export const handler: APIGatewayProxyHandler = async (event) => {
  const { term = '', sort = 'name' } = event.queryStringParameters ?? {};
  const rows = await store.search(term, sort);
  return http.page(`<ul>${rows.map((row) => http.item(row.name)).join('')}</ul>`);
};
