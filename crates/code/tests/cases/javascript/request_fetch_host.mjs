export const handler = async (event) => {
  const { region } = event.queryStringParameters;
  const answer = await fetch(`https://${region}.api.internal/status`); // flow: request
  return { statusCode: answer.status, body: JSON.stringify(await answer.json()) };
};
