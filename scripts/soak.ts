import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../src/terminal/run-main.ts'
import { describe, findViolations } from '../test/history/checker.ts'
import { atLeast, Driver } from '../test/history/driver.ts'
import { spawnServer } from '../test/support/server.ts'
import { runCommand, type Start } from './services/run-command.ts'
import { startTestbed } from './services/testbed.ts'

const USAGE =
  'npm run soak -- --minutes N [--seed S] [--processes P]: random requests to P processes of the service (3) for ' +
  'N minutes, or until an answer is older than a write that had ended'

/** Requests between two looks at what was answered. */
const ROUND = 2000
const MOST_SHOWN = 5

/** Exits 0 where every answer was as new as it had to be, and 1 with those that were not. */
async function soak(start: Start): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
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

  const driver = await startDriver(start, processes)
  const total = { operations: 0, reads: 0, hits: 0, writes: 0, failed: 0, violations: 0 }
  const deadline = performance.now() + minutes * 60_000
  let seed = first
  do {
    const { history, ...counts } = await driver.run({ seed, enough: atLeast(ROUND) })
    const violations = findViolations(history)
    total.operations += history.length
    for (const name of ['reads', 'hits', 'writes', 'failed'] as const) total[name] += counts[name]
    total.violations += violations.length
    for (const violation of violations.slice(0, MOST_SHOWN)) console.error(`${describe(violation)}\n`)
    if (violations.length > 0) break
    seed++
  } while (performance.now() < deadline)

  const { operations, reads, hits, writes, failed, violations } = total
  console.log(
    `${operations} operations: ${reads} reads, ${hits} hits, ${writes} writes, ${failed} failed, ` +
      `${violations} violations; seed ${violations > 0 ? seed : first}`,
  )
  return violations > 0 ? 1 : 0
}

async function startDriver(start: Start, processes: number): Promise<Driver> {
  const { databaseUrl, redisUrl } = await startTestbed(start)
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CACHE_NAMESPACE: `soak-${randomUUID()}`,
    PORT: '0',
  }
  const servers = await Promise.all(
    Array.from({ length: processes }, () => start(async () => spawnServer(env))),
  )
  return new Driver(await Promise.all(servers.map(({ listening }) => listening)), databaseUrl)
}

await runCommand(soak, 130)
