const handlers = {
  created: (item) => ({ id: item.id }),
  removed: (item) => ({ gone: item.id }),
};

exports.handler = async (event) => {
  const results = [];
  for (const record of event.Records) {
    const message = JSON.parse(record.body);
    const work = handlers[message.kind] || (() => null);
    results.push(work(message));
  }
  return results;
};
