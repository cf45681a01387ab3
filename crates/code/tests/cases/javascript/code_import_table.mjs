const STEPS = {
  first: () => import('./steps/first.mjs'),
  second: () => import('./steps/second.mjs'),
};

export const handler = async (event) => {
  const load = STEPS[event.step];
  if (!load) throw new Error('unknown step');
  const module = await load();
  return module.default(event.input);
};
