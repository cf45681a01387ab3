const Database = require('better-sqlite3');

const db = new Database('/opt/shop.db', { readonly: true });
const byName = db.prepare('SELECT * FROM products WHERE name = ?');

exports.handler = async (event) => ({
  statusCode: 200,
  body: JSON.stringify(byName.all(event.queryStringParameters.name)),
});
