const { Pool } = require('pg');

const pool = new Pool();

class Repository {
  constructor(table) {
    this.table = table;
  }

  async find(column, value) {
    const sql = ['SELECT * FROM', this.table, 'WHERE', column, "= '" + value + "'"].join(' ');
    return (await pool.query(sql)).rows; // flow: sql
  }
}

exports.handler = async (event) => {
  const rows = await new Repository('orders').find('state', event.queryStringParameters.state);
  return { statusCode: 200, body: JSON.stringify(rows) };
};
