const { Sequelize, QueryTypes } = require('sequelize');

const sequelize = new Sequelize(process.env.DATABASE_URL);

exports.handler = async (event) => {
  const rows = await sequelize.query('SELECT * FROM pets WHERE name = :name', {
    replacements: { name: event.queryStringParameters.name },
    type: QueryTypes.SELECT,
  });
  return { statusCode: 200, body: JSON.stringify(rows) };
};
