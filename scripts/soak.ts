import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../src/terminal/run-main.ts'
import { describe, findViolations } from '../test/history/checker.ts'
import { atLeast, Driver, type Run } from '../test/history/driver.ts'
import type { Outcome } from '../test/history/harm.ts'
import { HarmedRounds } from '../test/history/harms/rounds.ts'
import { startWorld } from '../test/history/harms/world.ts'
import { spawnServer } from '../test/support/server.ts'
import { runCommand, type Start } from './services/run-command.ts'
import { redisServer, startTestbed } from './services/testbed.ts'

const USAGE = `npm run soak -- --minutes N [--faults [--harms H]] [--seed S] [--processes P]

Random requests to P processes of the service (3) for N minutes, or until an answer is older than a write that had ended
before it was asked for. With --faults, random harm is done meanwhile, which follows from the seed: Redis hangs, is killed,
comes back with an old snapshot, is flushed, paused, short of memory; ways to Redis and to the database are closed, slow,
or lose everything; a process is killed within a write and started again; one in three times two of these at once. After H of them (6) the answers are checked.

What is allowed then: a write that ends while some process cannot reach Redis binds the process that made it at once, and
the others from when every process has answered from the cache again, at the earliest 1.5 s after the harm's end. Before,
its drop may be owed. A write that got no answer, or a 5xx, may take effect at any time or never: so the answers do not
tell for how long one is stale that a killed process has committed (a test of its own measures that). No process is killed
while one cannot reach Redis.`

/** Requests between two looks at what was answered. */
const ROUND = 2000
const MOST_SHOWN = 5

/** Exits 0 where every answer was as new as it had to be, and 1 with those that were not. */
async function soak(start: Start): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      faults: { type: 'boolean' },
      harms: { type: 'string' },
      seed: { type: 'string' },
      processes: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const minutes = wholeNumber('--minutes', values.minutes, 0)
  if (values.help || minutes === undefined) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  const first = wholeNumber('--seed', values.seed, 0) ?? Date.now() % 1_000_000_000
  const processes = wholeNumber('--processes', values.processes, 1) ?? 3

  const harms = wholeNumber('--harms', values.harms, 1) ?? 6

  const harmed = values.faults ? await startHarmed(start, processes, first, harms) : undefined
  const round = harmed ? (seed: number) => harmed.run(seed) : await startPlain(start, processes)
  const total = { operations: 0, reads: 0, hits: 0, writes: 0, failed: 0, violations: 0 }
  const deadline = performance.now() + minutes * 60_000
  let seed = first
  do {
    const { history, violations, done, ...counts } = await round(seed)
    total.operations += history.length
    for (const name of ['reads', 'hits', 'writes', 'failed'] as const) total[name] += counts[name]
    total.violations += violations.length
    for (const violation of violations.slice(0, MOST_SHOWN)) console.error(`${describe(violation)}\n`)
    if (violations.length > 0) {
      for (const { name, from, to } of done)
        console.error(`${name} (${from.toFixed(2)} to ${to.toFixed(2)} ms)`)
      break
    }
    seed++
  } while (performance.now() < deadline)

  const { operations, reads, hits, writes, failed, violations } = total
  console.log(
    `${operations} operations: ${reads} reads, ${hits} hits, ${writes} writes, ${failed} failed, ` +
      `${violations} violations; seed ${violations > 0 && !harmed ? seed : first}`,
  )
  if (harmed) for (const [name, times] of harmed.done) console.log(`${times} times: ${name}`)
  return violations > 0 ? 1 : 0
}

type Round = (seed: number) => Promise<Outcome>

const settings = (databaseUrl: string) => ({
  DATABASE_URL: databaseUrl,
  CACHE_NAMESPACE: `soak-${randomUUID()}`,
})

async function startPlain(start: Start, processes: number): Promise<Round> {
  const { databaseUrl, redisUrl } = await startTestbed(start)
  const env = { ...settings(databaseUrl), REDIS_URL: redisUrl, PORT: '0' }
  const servers = await Promise.all(
    Array.from({ length: processes }, () => start(async () => spawnServer(env))),
  )
  const driver = new Driver(await Promise.all(servers.map(({ listening }) => listening)), databaseUrl)
  return async (seed) => judged(await driver.run({ seed, enough: atLeast(ROUND) }))
}

const judged = (run: Run): Outcome => ({ ...run, violations: findViolations(run.history), done: [] })

async function startHarmed(
  start: Start,
  processes: number,
  seed: number,
  harms: number,
): Promise<HarmedRounds> {
  const { databaseUrl } = await startTestbed(start)
  const world = await startWorld(start, redisServer(), processes, settings(databaseUrl))
  return new HarmedRounds(world, databaseUrl, seed, harms)
}

await runCommand(soak, 130)
