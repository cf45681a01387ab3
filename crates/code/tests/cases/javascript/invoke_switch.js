const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');

const client = new LambdaClient({});

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  let name;
  switch (body.action) {
    case 'new':
      name = 'orders-new';
      break;
    case 'cancel':
      name = 'orders-cancel';
      break;
    default:
      return { statusCode: 400, body: 'unknown action' };
  }
  const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(body.order) }));
  return { statusCode: 200, body: Buffer.from(answer.Payload).toString() };
};
