const AWS = require('aws-sdk');

const client = new AWS.DynamoDB.DocumentClient();

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const parameters = {
    TableName: process.env.TABLE,
    Key: { id: body.id },
    UpdateExpression: 'SET #state = :value',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':value': body.value },
  };
  await client.update(parameters).promise();
  const found = await client.query({
    TableName: process.env.TABLE,
    KeyConditionExpression: 'id = :id',
    ExpressionAttributeValues: { ':id': event.pathParameters.id },
  }).promise();
  return { statusCode: 200, body: JSON.stringify(found.Items) };
};
