import { RDSDataClient, ExecuteStatementCommand } from '@aws-sdk/client-rds-data';

const client = new RDSDataClient({});
const place = { resourceArn: process.env.CLUSTER, secretArn: process.env.SECRET, database: 'shop' };

export const handler = async (event) => {
  const { id } = event.pathParameters;
  const input = { ...place, sql: `DELETE FROM notes WHERE id = ${id}` };
  await client.send(new ExecuteStatementCommand(input)); // flow: sql
  return { statusCode: 204 };
};
