const mongoose = require('mongoose');

const User = mongoose.model('User', new mongoose.Schema({}, { strict: false }));

module.exports.handler = async (event) => {
  await mongoose.connect(process.env.MONGO_URL);
  const filter = JSON.parse(event.body);
  const users = await User.find(filter); // flow: nosql
  return { statusCode: 200, body: JSON.stringify(users) };
};
