import got from 'got';

export const handler = async (event) => {
  const hooks = event.Records.map((record) => JSON.parse(record.Sns.Message)).map(({ hook }) => hook);
  await Promise.all(hooks.map((hook) => got.post(hook, { json: { done: true } }))); // flow: request
};
