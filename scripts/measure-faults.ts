import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HarmedServer, startWorld, type World } from '../test/history/harms/world.ts'
import { spawnServer } from '../test/support/server.ts'
import { runCommand, type Start } from './services/run-command.ts'
import { redisServer, startTestbed } from './services/testbed.ts'

/** Requests of which the median is taken. */
const REQUESTS = 500
/** Requests that may be asked of Redis in vain: each asks it more than once. */
const UNTIL_OPEN = 3
/** Times that each fault is injected. */
const ROUNDS = 5
/** Milliseconds that Redis is away: the breaker opens, and connections are given up. */
const AWAY = 3000

/** What faults cost a client, for the table in docs/operations.md: in milliseconds, on the machine that it is run on. */
async function measure(start: Start): Promise<number> {
  const { databaseUrl } = await startTestbed(start)
  const env = { DATABASE_URL: databaseUrl, CACHE_NAMESPACE: `measure-${randomUUID()}` }
  const world = await startWorld(start, redisServer(), 2, env)
  const uncached = await start(async () => spawnServer({ ...env, CACHE: 'off', PORT: '0' }))
  const [victim, witness] = world.servers
  if (!victim || !witness) throw new Error('there are two processes')
  const book = await create(`${witness.url}/books`, { title: 'before' })

  const [harmed, direct] = [`${victim.url}${book}`, `${await uncached.listening}${book}`]

  await hit(harmed)
  victim.toRedis.hold().catch(() => {})
  const first: number[] = []
  for (let count = 0; count < UNTIL_OPEN; count++) first.push(await time(() => get(harmed)))
  tell('packets to Redis are lost: a request until the breaker is open, at the most', first)
  const [open, plain]: [number[], number[]] = [[], []]
  for (let count = 0; count < REQUESTS; count++) {
    open.push(await time(() => get(harmed)))
    plain.push(await time(() => get(direct)))
  }
  victim.toRedis.release()
  console.log(
    `the breaker is open: ${shown(median(open))} ms a request at the median, ` +
      `${shown(median(plain))} without a cache; added: ${shown(median(open) - median(plain))} ms`,
  )

  for (const [name, away, back] of absences(world, victim)) {
    const until = await returns(away, back, () => hit(harmed))
    tell(`${name}: from its return until the cache answers`, until)
  }
  const written = async () => {
    while (!(await send('PATCH', harmed, { ratingsCount: 1 })).ok);
  }
  const { toDatabase } = victim
  const until = await returns(
    () => toDatabase.close(),
    () => toDatabase.open(),
    written,
  )
  tell('the database is cut off: from its return until a write succeeds', until)
  tell('a process is killed between commit and drop: stale for', await staleness(victim, witness, book))
  return 0
}

const absences = ({ redis }: World, { toRedis }: HarmedServer) =>
  [
    ['Redis hangs', () => redis.signal('SIGSTOP'), () => redis.signal('SIGCONT')],
    ['Redis is killed', () => redis.kill(), () => redis.startAgain(false)],
    ['Redis is cut off', () => toRedis.close(), () => toRedis.open()],
    ['packets to Redis are lost', () => void toRedis.hold(), () => toRedis.release()],
  ] as const

/** Milliseconds from the end of an absence until something holds again, each time. */
async function returns(away: () => unknown, back: () => unknown, again: () => unknown): Promise<number[]> {
  const found: number[] = []
  while (found.length < ROUNDS) {
    await again()
    await away()
    await sleep(AWAY)
    await back()
    found.push(await time(again))
  }
  return found
}

/** Milliseconds for which another process answers with what was, each time. */
async function staleness(victim: HarmedServer, witness: HarmedServer, book: string): Promise<number[]> {
  const url = `${witness.url}${book}`
  const found: number[] = []
  while (found.length < ROUNDS) {
    await hit(url)
    const title = `after ${found.length}`
    const dropping = victim.toRedis.hold((text) => /unlink/i.test(text))
    const write = send('PATCH', `${victim.url}${book}`, { title }).catch(() => {})
    await dropping
    await victim.kill()
    found.push(
      await time(async () => {
        while (!(await get(url)).body.includes(title));
      }),
    )
    await write
    victim.toRedis.release()
    await victim.startAgain()
  }
  return found
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function get(url: string): Promise<{ body: string; cache: string | null }> {
  const response = await fetch(url)
  return { body: await response.text(), cache: response.headers.get('cache-status') }
}

async function hit(url: string): Promise<void> {
  while ((await get(url)).cache !== 'hotshelf; hit');
}

const send = (method: string, url: string, body: object) =>
  fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** The path of a new row. */
const create = async (url: string, body: object): Promise<string> =>
  (await send('POST', url, body)).headers.get('location') ?? ''

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const shown = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 2 : 0)

function tell(what: string, values: readonly number[]): void {
  console.log(
    `${what}: ${shown(median(values))} ms at the median, ${shown(Math.max(...values))} ms at the most`,
  )
}

await runCommand(measure, 130)
