const axios = require('axios');

exports.handler = async (event) => {
  const request = event.Records[0].cf.request;
  const answer = await axios.get(`https://${request.origin.custom.domainName}${request.uri}`);
  return { status: '200', body: JSON.stringify(answer.data) };
};
