const axios = require('axios');
const { unmarshall } = require('@aws-sdk/util-dynamodb');

exports.handler = async (event) => {
  for (const record of event.Records.filter((each) => each.eventName === 'INSERT')) {
    const hook = unmarshall(record.dynamodb.NewImage);
    await axios.post(hook.url, { id: hook.id }); // flow: request
  }
};
