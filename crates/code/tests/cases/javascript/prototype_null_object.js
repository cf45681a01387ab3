exports.handler = async (event) => {
  const counts = Object.create(null);
  for (const { name } of JSON.parse(event.body)) {
    counts[name] = (counts[name] || 0) + 1;
  }
  const one = {};
  one[event.queryStringParameters.key] = String(event.queryStringParameters.value);
  return { statusCode: 200, body: JSON.stringify([counts, one]) };
};
