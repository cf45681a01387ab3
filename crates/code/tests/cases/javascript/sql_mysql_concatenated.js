const mysql = require('mysql');

const connection = mysql.createConnection({ host: process.env.DB_HOST, user: 'app' });

exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  const id = event.pathParameters.id;
  connection.query('SELECT * FROM pets WHERE id = ' + id, (error, rows) => { // flow: sql
    callback(error, { statusCode: 200, body: JSON.stringify(rows) });
  });
};
