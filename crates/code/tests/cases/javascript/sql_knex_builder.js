const knex = require('knex')({ client: 'pg', connection: process.env.DATABASE_URL });

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const rows = await knex('orders').where({ state: String(body.state) }).andWhere('total', '>', body.total);
  const more = await knex.raw('SELECT * FROM notes WHERE owner = ?', [body.owner]);
  return { statusCode: 200, body: JSON.stringify([rows, more]) };
};
