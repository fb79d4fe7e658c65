import { inspect, parseArgs } from 'node:util'
import fc from 'fast-check'
import { wholeNumber } from '../src/terminal/run-main.ts'
import { connect } from '../test/fuzz/clients.ts'
import { compareRun, newTally } from '../test/fuzz/property.ts'
import { anyRun } from '../test/fuzz/steps.ts'
import { createGardenDatabase } from '../test/support/garden.ts'
import { runCommand, type Start } from './services/run-command.ts'
import { startTestbed } from './services/testbed.ts'

const USAGE =
  'npm run fuzz -- --minutes N [--seed S]: random reads and writes on a cached and an uncached client for N minutes, ' +
  'or until they differ; then the shortest steps that were found to do it'

/** Runs between two looks at the clock. */
const RUNS = 5

/** Exits 0 where every read was answered alike, and 1 with the steps before the one that was not. */
async function fuzz(start: Start): Promise<number> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const minutes = wholeNumber('--minutes', values.minutes, 0)
  if (values.help || minutes === undefined) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  const first = wholeNumber('--seed', values.seed, 0) ?? Date.now() % 1_000_000_000
  const { databaseUrl } = await startTestbed(start)
  process.env.TEST_DATABASE_URL = databaseUrl
  const clients = await start(async () => {
    const ends: (() => unknown)[] = []
    const owner = { teardown: (end: () => unknown) => ends.unshift(end) }
    const url = await createGardenDatabase(owner)
    const stop = async () => {
      for (const end of ends) await end()
    }
    return { ...connect(owner, url), stop }
  })

  const tally = newTally()
  const deadline = performance.now() + minutes * 60_000
  let seed = first
  do {
    const result = await fc.check(
      fc.asyncProperty(anyRun, (run) => compareRun(clients, run, tally)),
      { seed, numRuns: RUNS },
    )
    if (result.failed) {
      console.error(
        `${inspect(result.errorInstance)}\n${fc.defaultReportMessage(result)}\n--seed ${seed} reproduces this`,
      )
      return 1
    }
    seed++
  } while (performance.now() < deadline)
  console.log(`seeds ${first} to ${seed - 1}: ${JSON.stringify(tally)}, all reads alike`)
  return 0
}

await runCommand(fuzz, 130)
