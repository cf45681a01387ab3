const Database = require('better-sqlite3');

const db = new Database('/opt/shop.db', { readonly: true });

exports.handler = async (event) => {
  const { name } = event.queryStringParameters;
  const rows = db.prepare(`SELECT * FROM products WHERE name = '${name}'`).all(); // flow: sql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
