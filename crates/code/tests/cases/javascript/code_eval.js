exports.handler = async (event) => {
  const { formula } = JSON.parse(event.body);
  const result = eval(formula); // flow: code
  return { statusCode: 200, body: String(result) };
};
