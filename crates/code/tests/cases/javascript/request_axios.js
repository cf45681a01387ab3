const axios = require('axios');

exports.handler = async (event) => {
  const { url } = JSON.parse(event.body);
  const { data } = await axios.get(url, { timeout: 2000 }); // flow: request
  return { statusCode: 200, body: JSON.stringify(data) };
};
