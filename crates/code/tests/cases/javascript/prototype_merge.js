function merge(target, source) {
  for (const key in source) {
    if (typeof source[key] === 'object' && typeof target[key] === 'object') {
      merge(target[key], source[key]);
    } else {
      target[key] = source[key]; // flow: prototype
    }
  }
  return target;
}

exports.handler = async (event) => {
  const settings = merge({ theme: { dark: false } }, JSON.parse(event.body));
  return { statusCode: 200, body: JSON.stringify(settings) };
};
