const { Client } = require('pg');

const COLUMNS = { name: 'name', price: 'price_cents' };

exports.handler = async (event) => {
  const client = new Client();
  await client.connect();
  const { sort = 'name', direction } = event.queryStringParameters || {};
  const column = COLUMNS[sort] || 'name';
  const order = direction === 'desc' ? 'DESC' : 'ASC';
  const { rows } = await client.query(`SELECT * FROM products ORDER BY ${column} ${order}`);
  return { statusCode: 200, body: JSON.stringify(rows) };
};
