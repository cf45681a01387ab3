import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const bus = new EventBridgeClient({});

export const handler = async (event) => {
  const note = JSON.parse(event.body);
  const Entries = [{ EventBusName: 'shop', Source: 'notes', DetailType: 'note', Detail: JSON.stringify(note) }];
  await bus.send(new PutEventsCommand({ Entries }));
  return { statusCode: 202 };
};
