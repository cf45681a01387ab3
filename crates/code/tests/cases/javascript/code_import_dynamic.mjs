export const handler = async (event) => {
  const { step } = event;
  const module = await import(`./steps/${step}.mjs`); // flow: code
  return module.default(event);
};
