import { createContext, Script } from 'vm';

export const handler = async (event: { Records: { Sns: { Message: string } }[] }) => {
  const [record] = event.Records;
  const { rule, facts } = JSON.parse(record!.Sns.Message) as { rule: string; facts: object };
  const script = new Script(rule); // flow: code
  return script.runInContext(createContext(facts));
};
