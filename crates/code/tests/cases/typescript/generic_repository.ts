import { Client } from 'pg';

abstract class Repository<T> {
  protected abstract readonly table: string;

  constructor(protected readonly client: Client) {}

  async where(condition: string): Promise<T[]> {
    return (await this.client.query(`SELECT * FROM ${this.table} WHERE ${condition}`)).rows; // flow: sql
  }
}

class Orders extends Repository<{ id: number }> {
  protected readonly table = 'orders';

  byState(state: string) {
    return this.where(`state = '${state}'`);
  }
}

export const handler = async (event: { queryStringParameters: { state: string } }) => {
  const client = new Client();
  await client.connect();
  return new Orders(client).byState(event.queryStringParameters.state);
};
