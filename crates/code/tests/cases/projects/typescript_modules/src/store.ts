import { Pool } from 'pg';

export interface Row {
  name: string;
}

export class Store {
  private pool: Pool;

  constructor(connectionString: string) {
    this.pool = new Pool({ connectionString });
  }

  async search(term: string, sort: string): Promise<Row[]> {
    const text = `SELECT name FROM products WHERE name LIKE $1 ORDER BY ${sort}`;
    const result = await this.pool.query(text, [`%${term}%`]); // flow: sql
    return result.rows;
  }
}
