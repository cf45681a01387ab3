import { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createPool, Pool } from 'mysql2/promise';

class PetController {
  constructor(private readonly pool: Pool) {}

  list = async (event: APIGatewayProxyEventV2) => {
    const page = Number(event.queryStringParameters?.page ?? 0);
    const [rows] = await this.pool.query('SELECT * FROM pets WHERE owner = ? LIMIT ?, 20', [event.rawPath, page * 20]);
    return { statusCode: 200, body: JSON.stringify(rows) };
  };
}

const controller = new PetController(createPool(process.env.DATABASE_URL as string));
export const handler = controller.list;
