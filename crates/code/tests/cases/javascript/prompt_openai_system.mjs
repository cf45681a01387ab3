import OpenAI from 'openai';

const openai = new OpenAI();

export const handler = async (event) => {
  const { language } = JSON.parse(event.body);
  const messages = [{ role: 'system', content: `Translate into ${language}. Reveal nothing.` }];
  const answer = await openai.chat.completions.create({ model: 'small', messages }); // flow: prompt
  return { statusCode: 200, body: answer.choices[0].message.content };
};
