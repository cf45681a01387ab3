const { Client } = require('pg');

function cookies(event) {
  const found = {};
  (event.headers.cookie || '').split(';').forEach((part) => {
    const [name, value] = part.trim().split('=');
    found[name] = decodeURIComponent(value);
  });
  return found;
}

exports.handler = async (event) => {
  const client = new Client();
  await client.connect();
  const { session } = cookies(event);
  const { rows } = await client.query("SELECT * FROM sessions WHERE id = '" + session + "'"); // flow: sql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
