const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');

const client = new LambdaClient({});

exports.handler = async (event) => {
  const { scene } = JSON.parse(event.body);
  const command = new InvokeCommand({
    FunctionName: process.env.WORKER,
    Payload: JSON.stringify({ scene, size: 4 }),
  });
  const answer = await client.send(command);
  return { statusCode: 200, body: JSON.stringify({ done: answer.StatusCode }) };
};
