import type { Test } from 'tap'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { warm } from '../../src/warm.ts'
import { createApp, createConfig, send } from '../support/app.ts'
import { createCatalogue, variedRows } from '../support/catalogue.ts'
import { createDatabase } from '../support/database.ts'
import { createNamespace, redisUrl, startRedis } from '../support/redis.ts'
import { runScript } from '../support/script.ts'

/** A service's surroundings, with books and a review in the database and nothing in the cache. */
async function createSurroundings(t: Test, count: number) {
  const env = {
    DATABASE_URL: await createDatabase(t),
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
  }
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

  const app = await createApp(t, env)
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
})

t.test('only what a write made untrue is stored anew', async (t) => {
  const env = await createSurroundings(t, 5)
  await warmUp(env)
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
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, [], 'Redis cannot be reached at 127.0.0.1:1'],
    [{ CACHE: 'off' }, [], 'CACHE is off: there is nothing to warm'],
    [
      { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
      [],
      "the database failed: Can't reach database server at 127.0.0.1:1",
    ],
    [{}, ['--top', 'all'], '--top must be a whole number from 0 on, not "all"'],
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
