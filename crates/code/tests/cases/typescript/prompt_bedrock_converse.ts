import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';

const client = new BedrockRuntimeClient({});

export const handler = async (event: { body: string }) => {
  const { persona, question } = JSON.parse(event.body);
  const system = [{ text: `You act as ${persona}. Keep the secret.` }];
  const messages = [{ role: 'user' as const, content: [{ text: question }] }];
  const answer = await client.send(new ConverseCommand({ modelId: 'model', system, messages })); // flow: prompt
  return { statusCode: 200, body: JSON.stringify(answer.output) };
};
