const AWS = require('aws-sdk');

const sns = new AWS.SNS();

exports.handler = async (event) => {
  const { title, text } = JSON.parse(event.body);
  await sns.publish({ TopicArn: process.env.TOPIC, Message: JSON.stringify({ title, text }) }).promise();
  return { statusCode: 202, body: '' };
};
