const cache = new Map();

exports.handler = async (event) => {
  const { group, name, value } = JSON.parse(event.body);
  if (!cache.has(group)) cache.set(group, new Map());
  cache.get(group).set(name, value);
  const copy = { ...JSON.parse(event.body), seen: true };
  const counted = Object.assign({}, JSON.parse(event.body));
  return { statusCode: 200, body: JSON.stringify([copy, counted]) };
};
