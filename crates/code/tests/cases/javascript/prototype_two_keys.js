const cache = {};

exports.handler = async (event) => {
  const { group, name, value } = JSON.parse(event.body);
  cache[group] = cache[group] || {};
  cache[group][name] = value; // flow: prototype
  return { statusCode: 204 };
};
