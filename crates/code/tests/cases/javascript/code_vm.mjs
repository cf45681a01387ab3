import vm from 'node:vm';

export async function handler(event) {
  const results = [];
  for (const { body } of event.Records) {
    const job = JSON.parse(body);
    results.push(vm.runInNewContext(job.script, { input: job.input })); // flow: code
  }
  return results;
}
