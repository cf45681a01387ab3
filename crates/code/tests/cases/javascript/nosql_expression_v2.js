const AWS = require('aws-sdk');

const client = new AWS.DynamoDB.DocumentClient();

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const parameters = { TableName: process.env.TABLE, Key: { id: body.id } };
  parameters.UpdateExpression = `SET ${body.field} = :value`;
  parameters.ExpressionAttributeValues = { ':value': body.value };
  await client.update(parameters).promise(); // flow: nosql
  return { statusCode: 204 };
};
