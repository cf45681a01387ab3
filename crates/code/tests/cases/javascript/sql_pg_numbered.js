const { Pool } = require('pg');

const pool = new Pool();

exports.handler = async (event) => {
  const { state, page } = event.queryStringParameters;
  const text = 'SELECT * FROM orders WHERE state = $1 OFFSET ' + parseInt(page, 10) * 20;
  const { rows } = await pool.query({ text, values: [state] });
  return { statusCode: 200, body: JSON.stringify(rows) };
};
