// Reads one simulation a line and writes one verdict a line. The package's folder is the first argument.
import { createInterface } from 'node:readline'

const { runSimulation, anonymousPrincipal } = await import(`${process.argv[2]}/dist/esm/index.js`)
for await (const line of createInterface({ input: process.stdin })) {
  const simulation = JSON.parse(line)
  if (simulation.request.principal === null) simulation.request.principal = anonymousPrincipal
  try {
    const result = await runSimulation(simulation, { simulationMode: 'Strict' })
    console.log(result.resultType === 'error' ? `error ${JSON.stringify(result.errors)}` : result.overallResult)
  } catch (error) {
    console.log(`error ${error.message}`)
  }
}
