const knex = require('knex')({ client: 'pg', connection: process.env.DATABASE_URL });

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const rows = await knex.raw(`SELECT * FROM orders ORDER BY ${body.sort}`); // flow: sql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
