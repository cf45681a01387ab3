exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const operations = { add: (a, b) => a + b, times: (a, b) => a * b };
  if (!Object.hasOwn(operations, body.operation)) {
    return { statusCode: 400, body: 'unknown operation' };
  }
  return { statusCode: 200, body: String(operations[body.operation](body.a, body.b)) };
};
