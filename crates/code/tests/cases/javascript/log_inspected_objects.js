exports.handler = async (event) => {
  console.log(event);
  console.log('event', event);
  console.log('Received event (', event.requestContext.requestId, '): ', event.headers);
  const body = JSON.parse(event.body);
  console.log('parsed', { name: body.name, all: body });
  console.info(`count ${body.items.length} total ${Number(body.total)}`);
  return { statusCode: 200, body: '' };
};
