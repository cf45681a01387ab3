const mysql = require('mysql2/promise');

exports.handler = async (event) => {
  const connection = await mysql.createConnection(process.env.DATABASE_URL);
  const name = mysql.escape(String(event.queryStringParameters.name));
  const [rows] = await connection.query(`SELECT * FROM pets WHERE name = ${name}`);
  return { statusCode: 200, body: JSON.stringify(rows) };
};
