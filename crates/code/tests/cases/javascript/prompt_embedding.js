const { BedrockRuntimeClient, InvokeModelCommand } = require('@aws-sdk/client-bedrock-runtime');

const client = new BedrockRuntimeClient();

exports.handler = async (event) => {
  const command = new InvokeModelCommand({
    modelId: 'amazon.titan-embed-text-v2:0',
    body: JSON.stringify({ inputText: event.question, dimensions: 1024 }),
  });
  const answer = await client.send(command);
  return JSON.parse(new TextDecoder().decode(answer.body)).embedding.length;
};
