import { APIGatewayProxyEventV2, Handler } from 'aws-lambda';
import { createPool, Pool } from 'mysql2/promise';

class PetController {
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = createPool(url);
  }

  public async list(event: APIGatewayProxyEventV2) {
    const order = event.queryStringParameters?.order ?? 'name';
    const [rows] = await this.pool.query(`SELECT * FROM pets ORDER BY ${order}`); // flow: sql
    return { statusCode: 200, body: JSON.stringify(rows) };
  }
}

const controller = new PetController(process.env.DATABASE_URL!);
export const handler: Handler = async (event) => controller.list(event);
