const sql = require('mssql');

exports.handler = async (event) => {
  const pool = await sql.connect(process.env.DATABASE_URL);
  const { recordset } = await pool.request()
    .input('owner', sql.NVarChar, event.queryStringParameters.owner)
    .query('SELECT * FROM pets WHERE owner = @owner');
  return { statusCode: 200, body: JSON.stringify(recordset) };
};
