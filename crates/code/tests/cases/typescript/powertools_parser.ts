import { Logger } from '@aws-lambda-powertools/logger';
import { parse } from '@aws-lambda-powertools/parser';
import { ApiGatewayEnvelope } from '@aws-lambda-powertools/parser/envelopes';
import { z } from 'zod';
import { Client } from 'pg';

const logger = new Logger();
const schema = z.object({ id: z.number(), state: z.enum(['open', 'closed']) });

export const handler = async (event: unknown) => {
  const order = parse(event, ApiGatewayEnvelope, schema);
  const client = new Client();
  await client.connect();
  logger.info('order', { order });
  return client.query(`UPDATE orders SET state = '${order.state}' WHERE id = ${order.id}`);
};
