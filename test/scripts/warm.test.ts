import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { warm } from '../../src/warm.ts'
import { listToWarm } from '../../src/warm-list.ts'
import { createApp, createConfig, send } from '../support/app.ts'
import { createCatalogue, variedRows } from '../support/catalogue.ts'
import { observe } from '../support/client.ts'
import { createDatabase, lock } from '../support/database.ts'
import { connectRedis, createNamespace, redisUrl, startRedis } from '../support/redis.ts'
import { runScript } from '../support/script.ts'

const createEmptySurroundings = async (t: Test) => ({
  DATABASE_URL: await createDatabase(t),
  REDIS_URL: redisUrl(),
  CACHE_NAMESPACE: createNamespace(),
})

/** A service's surroundings, with books and a review in the database and nothing in the cache. */
async function createSurroundings(t: Test, count: number) {
  const env = await createEmptySurroundings(t)
  const file = await createCatalogue(t, variedRows(count))
  const { status } = await runScript('scripts/import.ts', [file], { DATABASE_URL: env.DATABASE_URL })
  t.equal(status, 0)
  return env
}

const warmUp = (env: Record<string, string>, ...args: string[]) => runScript('scripts/warm.ts', args, env)

/** `stored 3 pages, 1 were already warm, in 5 ms` */
function counted(line = ''): [number, number] | undefined {
  const [, stored, already] = /^stored (\d+) pages, (\d+) were already warm, in \d+ ms$/.exec(line) ?? []
  return stored === undefined ? undefined : [Number(stored), Number(already)]
}

const LISTS = [
  '/books',
  '/books?sort=title',
  '/books?sort=-title',
  '/books?sort=publishedYear',
  '/books?sort=-publishedYear',
  '/books?sort=ratingsCount',
  '/books?sort=-ratingsCount',
  '/authors',
]

t.test('after it, the first request for a page that it warmed is a hit', async (t) => {
  const env = await createSurroundings(t, 30)
  const cold = await warmUp(env, '--top', '4')
  t.match(cold, { status: 0, errors: [] })
  const [stored = 0, already] = counted(cold.lines.at(-1)) ?? []
  t.equal(already, 0, 'nothing of a cold cache is warm')

  const app = await createApp(t, { ...env, CACHE_HOT: '0' })
  const books = (await send(app, 'GET', '/books')).body.data.slice(0, 4)
  const authors: number[] = books.flatMap((book: { authors: { id: number }[] }) =>
    book.authors.map(({ id }) => id),
  )
  const pages = [
    ...LISTS,
    ...books.flatMap(({ id }: { id: number }) => [`/books/${id}`, `/books/${id}/reviews`]),
    ...[...new Set(authors)].map((id) => `/authors/${id}`),
  ]
  for (const page of pages)
    t.match(await send(app, 'GET', page), { status: 200, cache: 'hotshelf; hit' }, page)
  t.equal(stored, pages.length - 1, 'each is counted once: two lists are the same')
  t.match(
    (await send(app, 'GET', '/books/30')).cache,
    'hotshelf; fwd=miss; stored',
    'not the least rated book',
  )

  const again = await warmUp(env, '--top', '4')
  t.strictSame(counted(again.lines.at(-1)), [0, stored])
  t.same(await app.prisma.$cache.hot(10), [], 'what it reads itself counts for nothing')
})

t.test('only what a write made untrue is stored anew', async (t) => {
  const env = await createSurroundings(t, 5)
  // Whoever reads what it says may go: it goes on.
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/warm.ts'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.destroy()
  t.same(await once(child, 'exit'), [0, null])
  const app = await createApp(t, env)
  await send(app, 'POST', '/books/1/reviews', { rating: 5, reviewer: 'Ada' })
  const again = await warmUp(env)
  // The book's own page counts its reviews, and its list of reviews has them.
  t.equal(counted(again.lines.at(-1))?.[0], 2)
})

t.test('it goes through as many pages of the list as `top` books need', async (t) => {
  const env = await createSurroundings(t, 120)
  const app = await createApp(t, env)
  const seen: [number, number][] = []
  const { stored } = await warm(app, { top: 110, onProgress: (done, total) => seen.push([done, total]) })
  t.strictSame(seen.at(-1), [stored, stored], 'progress ends at the whole')
  t.strictSame(
    seen.map(([done]) => done),
    Array.from({ length: stored }, (_, index) => index + 1),
  )
  t.equal((await send(app, 'GET', '/books/110')).cache, 'hotshelf; hit')
  t.match((await send(app, 'GET', '/books/111')).cache, 'hotshelf; fwd=miss; stored')
})

/** What is in no list of books that are rated most. */
const HOT = ['/books/30', '/books/29/reviews', '/books?language=en-US&limit=3', '/authors?q=a']

t.test('what was read most is filled first, also after a deploy that changed the schema', async (t) => {
  const env = await createEmptySurroundings(t)
  const before = await buildApp(await createConfig(t, env))
  await before.prisma.author.create({ data: { name: 'Ada' } })
  await before.prisma.book.createMany({
    data: Array.from({ length: 30 }, (_, index) => ({ title: `Book ${index}`, ratingsCount: 30 - index })),
  })
  for (let times = 0; times < 3; times++) for (const page of HOT) await send(before, 'GET', page)
  await before.prisma.book.findMany({ where: { createdAt: { gt: new Date(0) } }, take: 2 })
  await send(before, 'GET', '/authors/1')
  await before.inject({ method: 'DELETE', url: '/authors/1' })
  const redis = connectRedis(t)
  await redis.connect()
  const lost = { where: { edition: { equals: 1 } } }
  await redis.zadd(
    `${env.CACHE_NAMESPACE}:hot`,
    1,
    JSON.stringify(['Book', 'findMany', JSON.stringify(lost)]),
  )
  await before.close()

  const { fingerprint } = schema
  t.teardown(() => Object.assign(schema, { fingerprint }))
  Object.assign(schema, { fingerprint: 'another' })
  const app = await createApp(t, { ...env, CACHE_HOT: '0' })
  const list = await listToWarm(app, { top: 1, hot: 1000 })
  t.same(new Set(list.slice(0, HOT.length).map(({ text }) => text)), new Set(HOT), 'most read, first')
  t.equal(new Set(list.map(({ text }) => text)).size, list.length, 'each once')
  const { stored, already, failed, gone } = await warm(app, { top: 1, hot: 1000 })
  t.ok(stored > HOT.length)
  t.equal(failed, 0)
  t.equal(gone, 2, 'an author, and a query for a column that there is not any more')
  t.ok(already < list.length / 2)
  for (const page of HOT) t.equal((await send(app, 'GET', page)).cache, 'hotshelf; hit', page)
  const query = () => app.prisma.book.findMany({ where: { createdAt: { gt: new Date(0) } }, take: 2 })
  t.same((await observe(query)).outcomes, ['hit'])
})

t.test('a dry run says what it would ask for, and stores nothing', async (t) => {
  const env = await createEmptySurroundings(t)
  const redis = connectRedis(t)
  await redis.connect()
  const dry = await warmUp(env, '--top', '1', '--dry-run')
  t.match(dry, { status: 0, errors: [] })
  t.same(dry.lines.slice(0, LISTS.length), [...new Set(dry.lines.slice(0, LISTS.length))])
  t.ok(dry.lines.includes('/books?sort=title'))
  t.match(dry.lines.at(-1), /^would ask for these \d+, and store those that are not$/)
  t.same(await redis.keys(`${env.CACHE_NAMESPACE}:[edv]:*`), [])
})

t.test('after its limit it ends with what it has done, whatever it waits for', async (t) => {
  const env = { ...(await createEmptySurroundings(t)), DATABASE_TIMEOUT: 'off' }
  const release = await lock(t, env.DATABASE_URL, 'LOCK TABLE "Book"')
  const late = await warmUp(env, '--limit', '1')
  t.match(late, { status: 0, errors: [] })
  t.match(late.lines, [/^stored 0 pages, 0 were already warm, in \d+ ms; stopped at the limit of 1 s$/])
  await release()
})

t.test('a page that takes too long keeps none of the others from being warmed', async (t) => {
  const env = await createEmptySurroundings(t)
  const app = await createApp(t, env)
  const { id } = (await send(app, 'POST', '/authors', { name: 'Ada' })).body
  await send(app, 'POST', '/books', { title: 'Notes', authorIds: [id] })
  const release = await lock(t, env.DATABASE_URL, 'LOCK TABLE "Review"')
  const { status, lines, errors } = await warmUp({ ...env, DATABASE_TIMEOUT: '1000', MAX_DELAY: '1' })
  t.same([status, errors], [0, []])
  t.match(lines.at(-1), /^stored \d+ pages, .*; 2 could not be stored$/)
  await release()
  t.equal((await send(app, 'GET', `/authors/${id}`)).cache, 'hotshelf; hit')
})

t.test('an empty database has lists to warm', async (t) => {
  const config = await createConfig(t)
  const app = await buildApp(config)
  t.teardown(() => app.close())
  t.match(await warm(app), { stored: LISTS.length - 1, already: 0, failed: 0 })
  t.match(await warm(app), { stored: 0, already: LISTS.length - 1, failed: 0 })
})

t.test('what stands in the way is told in one line', async (t) => {
  const DATABASE_URL = await createDatabase(t)
  const env = { DATABASE_URL, REDIS_URL: redisUrl(), CACHE_NAMESPACE: createNamespace() }
  const cases: [Record<string, string>, string[], string][] = [
    [{ REDIS_URL: '' }, [], 'REDIS_URL is not set: there is no cache that would outlive this process'],
    [
      { REDIS_URL: 'redis://127.0.0.1:1' },
      [],
      'Redis cannot be reached at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
    ],
    [{ CACHE: 'off' }, [], 'CACHE is off: there is nothing to warm'],
    [
      { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
      [],
      "the database failed: Can't reach database server at 127.0.0.1:1",
    ],
    [{}, ['--top', 'all'], '--top must be a whole number from 0 on, not "all"'],
    [{}, ['--limit', '1000001'], '--limit must be a whole number from 1 to 1000000, not "1000001"'],
  ]
  for (const [more, args, message] of cases)
    t.strictSame(
      await warmUp({ ...env, ...more }, ...args),
      { status: 1, lines: [], errors: [message] },
      message,
    )
})

t.test('a Redis that takes nothing makes it fail no page, but store none', async (t) => {
  const redis = await startRedis(t)
  const app = await createApp(t, { REDIS_URL: redis.url })
  await redis.stop()
  t.match(await warm(app), { stored: 0, already: 0, failed: LISTS.length - 1 })
})
