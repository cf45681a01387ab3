import OpenAI from 'openai';

const openai = new OpenAI();

export const handler = async (event) => {
  const { question } = JSON.parse(event.body);
  const messages = [
    { role: 'system', content: 'Answer questions about the shop.' },
    { role: 'user', content: question },
  ];
  const answer = await openai.chat.completions.create({ model: 'small', messages });
  return { statusCode: 200, body: JSON.stringify(answer.choices[0].message) };
};
