import { parseArgs } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../src/app.ts'
import { type Config, loadConfig, loadEnvFile } from '../src/config.ts'
import { visible } from '../src/terminal/cache-lines.ts'
import { endsWithin } from '../src/terminal/ends-within.ts'
import { createProgress } from '../src/terminal/progress.ts'
import { checkRedis } from '../src/terminal/reach-redis.ts'
import { MOST_SECONDS, runMain, wholeNumber } from '../src/terminal/run-main.ts'
import { checkDatabase } from '../src/terminal/with-database.ts'
import { type Warmed, warm } from '../src/warm.ts'
import { listToWarm } from '../src/warm-list.ts'

const USAGE = `npx tsx scripts/warm.ts [--top N] [--limit SECONDS] [--dry-run]

Fills the cache with what was read most, then with the lists and the most rated books.

  --top N          so many of the most rated books, with their authors and reviews (100)
  --limit SECONDS  after which it ends with what it has done, and exits 0 (60)
  --dry-run        says what it would ask for, and stores nothing

Exits 1 with a line that says why where it is not configured, or Redis or the database refuses it.`

/** Milliseconds that a command to Redis may take. */
const PATIENCE = 2000

/** A container's init step, which holds its start up for no longer than the limit. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      top: { type: 'string' },
      limit: { type: 'string' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const top = wholeNumber('--top', values.top, 0) ?? 100
  const limit = wholeNumber('--limit', values.limit, 1, MOST_SECONDS) ?? 60
  loadEnvFile()
  const config = loadConfig()
  if (config.REDIS_URL === undefined)
    throw new Error('REDIS_URL is not set: there is no cache that would outlive this process')
  if (config.CACHE === 'off') throw new Error('CACHE is off: there is nothing to warm')

  const { ended, line } = values['dry-run']
    ? await dryRun(config, top, limit)
    : await fill(config, top, limit)
  console.log(ended ? line : `${line}; stopped at the limit of ${limit} s`)
  // Whatever it waits for would keep the process.
  if (!ended) process.exit(0)
  return 0
}

interface Ending {
  /** Whether it came to its end before the limit. */
  readonly ended: boolean
  readonly line: string
}

async function fill(config: Config, top: number, limit: number): Promise<Ending> {
  const progress = createProgress()
  const start = performance.now()
  let warmed: Warmed = { stored: 0, already: 0, failed: 0, gone: 0 }
  const onProgress = (done: number, total: number, counts: Warmed) => {
    warmed = counts
    progress.update(done, total, `${done} of ${total}`)
  }
  const work = withApp(config, (app) => warm(app, { top, hot: config.CACHE_HOT, onProgress }))
  const ended = await endsWithin(limit, work).finally(() => progress.stop())
  const { stored, already, failed, gone } = warmed
  const line =
    `stored ${stored} pages, ${already} were already warm, in ${Math.round(performance.now() - start)} ms` +
    (failed > 0 ? `; ${failed} could not be stored` : '') +
    (gone > 0 ? `; ${gone} are there no more` : '')
  return { ended, line }
}

/** Past the cache, as even to look for the most rated books would fill it. */
async function dryRun(config: Config, top: number, limit: number): Promise<Ending> {
  let line = 'would ask for nothing'
  const work = withApp({ ...config, CACHE: 'off' }, async (app) => {
    const list = await listToWarm(app, { top, hot: config.CACHE_HOT })
    for (const { text } of list) console.log(visible(text))
    line = `would ask for these ${list.length}, and store those that are not`
  })
  return { ended: await endsWithin(limit, work), line }
}

/** @throws an Error where Redis or the database cannot be reached, or was lost on the way */
async function withApp(
  config: Config,
  work: (app: FastifyInstance) => Promise<Warmed | undefined>,
): Promise<void> {
  // What is asked for here is nobody's request: it is not counted as one, and nobody waits for it.
  const own = { CACHE_HOT: 0, CACHE_DEADLINE: PATIENCE, MAX_DELAY: 'off', LOG_LEVEL: 'silent' } as const
  const app = await buildApp({ ...config, ...own })
  try {
    if (!(await app.store.reached())) await checkRedis(config.REDIS_URL ?? '')
    await checkDatabase(app.prisma)
    const warmed = await work(app)
    if (!warmed?.failed) return
    if (!(await app.store.reached()))
      throw new Error(`Redis was lost: ${warmed.failed} pages could not be stored`)
    await checkDatabase(app.prisma)
  } finally {
    await app.close()
  }
}

await runMain(main)
