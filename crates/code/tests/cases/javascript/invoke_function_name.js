const AWS = require('aws-sdk');

const lambda = new AWS.Lambda();

exports.handler = async (event) => {
  const { target, data } = JSON.parse(event.body);
  const answer = await lambda.invoke({ FunctionName: 'job-' + target, Payload: JSON.stringify(data) }).promise(); // flow: invoke
  return { statusCode: 200, body: answer.Payload };
};
