const mysql = require('mysql2/promise');
const { execFile } = require('child_process');

const pool = mysql.createPool(process.env.DATABASE_URL);

module.exports = {
  GET: async ({ id }) => (await pool.query(`SELECT * FROM orders WHERE id = ${id}`))[0],
  PUT: async ({ id, body }) => pool.query('UPDATE orders SET note = ? WHERE id = ?', [JSON.parse(body).note, id]),
  DELETE: async ({ id }) => execFile('/opt/bin/forget', [String(id)]),
};
