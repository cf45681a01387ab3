const { Sequelize, QueryTypes } = require('sequelize');

const sequelize = new Sequelize(process.env.DATABASE_URL);

exports.handler = async (event) => {
  const name = event.queryStringParameters.name;
  const sql = "SELECT * FROM pets WHERE name = '".concat(name, "'");
  const rows = await sequelize.query(sql, { type: QueryTypes.SELECT }); // flow: sql
  return { statusCode: 200, body: JSON.stringify(rows) };
};
