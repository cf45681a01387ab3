type Operation = (input: number) => number;

const operations: Record<string, Operation> = {
  double: (input) => input * 2,
  square: (input) => input ** 2,
};

export const handler = async (event: { operation: string; input: number }) => {
  const operation = operations[event.operation];
  if (!operation) throw new Error('unknown operation');
  return { result: operation(event.input) };
};
