exports.toNumber = (text) => {
  const number = Number(text);
  if (!Number.isInteger(number)) throw new RangeError('not a number');
  return number;
};
