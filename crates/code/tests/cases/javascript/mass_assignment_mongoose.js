const { User } = require('./models');

exports.handler = async (event) => {
  const user = await User.create(JSON.parse(event.body)); // flow: mass-assignment
  return { statusCode: 201, body: JSON.stringify({ id: user.id }) };
};
