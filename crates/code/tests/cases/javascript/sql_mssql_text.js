const sql = require('mssql');

exports.handler = async (event) => {
  const pool = await sql.connect(process.env.DATABASE_URL);
  const request = pool.request();
  const { recordset } = await request.query("SELECT * FROM pets WHERE owner = '" + event.queryStringParameters.owner + "'"); // flow: sql
  return { statusCode: 200, body: JSON.stringify(recordset) };
};
