import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { createConfig, send } from '../support/app.ts'

const config = await createConfig(t)
const app = await buildApp(config)
t.teardown(() => app.close())
const HIT = 'hotshelf; hit'
const STORED = 'hotshelf; fwd=miss; stored'

const author = (await send(app, 'POST', '/authors', { name: 'Ada' })).body
const book = (await send(app, 'POST', '/books', { title: 'One', authorIds: [author.id], ratingsCount: 3 }))
  .body
const other = (await send(app, 'POST', '/books', { title: 'Two' })).body

/** Each page, with a write that changes it and what shows that it did. */
const PAGES: [string, () => Promise<{ status: number }>, (body: never) => unknown, unknown][] = [
  [
    '/books',
    () => send(app, 'PATCH', `/books/${book.id}`, { title: 'Uno' }),
    (b: { data: { title: string }[] }) => b.data[0]?.title,
    'Uno',
  ],
  [
    `/books?q=un`,
    () => send(app, 'PATCH', `/books/${book.id}`, { title: 'Un' }),
    (b: { data: unknown[] }) => b.data.length,
    1,
  ],
  [
    `/books?author=${author.id}`,
    () => send(app, 'PATCH', `/books/${book.id}`, { authorIds: [] }),
    (b: { data: unknown[] }) => b.data.length,
    0,
  ],
  [
    `/books/${book.id}`,
    () => send(app, 'PUT', `/books/${book.id}`, { title: 'Put', authorIds: [author.id] }),
    (b: { title: string }) => b.title,
    'Put',
  ],
  [
    `/books/${book.id}`,
    () => send(app, 'POST', `/books/${book.id}/reviews`, { rating: 4, reviewer: 'R' }),
    (b: { reviews: unknown }) => b.reviews,
    { count: 1, average: 4 },
  ],
  [
    `/books/${book.id}`,
    () => send(app, 'PATCH', `/authors/${author.id}`, { name: 'Ida' }),
    (b: { authors: { name: string }[] }) => b.authors[0]?.name,
    'Ida',
  ],
  [
    `/authors/${author.id}`,
    () => send(app, 'PATCH', `/books/${book.id}`, { title: 'Three' }),
    (b: { books: { title: string }[] }) => b.books[0]?.title,
    'Three',
  ],
  [
    '/authors',
    () => send(app, 'POST', '/authors', { name: 'Bo' }),
    (b: { data: unknown[] }) => b.data.length,
    2,
  ],
  [
    '/authors?q=ida',
    () => send(app, 'PATCH', `/authors/${author.id}`, { name: 'Eve' }),
    (b: { data: unknown[] }) => b.data.length,
    0,
  ],
  [
    `/books/${book.id}/reviews`,
    () => send(app, 'POST', `/books/${book.id}/reviews`, { rating: 5, reviewer: 'S' }),
    (b: { data: unknown[] }) => b.data.length,
    2,
  ],
]

for (const [url, write, look, expected] of PAGES) {
  t.test(`GET ${url}: a miss, a hit, and fresh after a write`, async (t) => {
    await app.prisma.$cache.drop()
    const miss = await send(app, 'GET', url)
    t.match(miss.cache, STORED)
    const hit = await send(app, 'GET', url)
    t.equal(hit.cache, HIT)
    t.same(hit.body, miss.body)
    t.ok((await write()).status < 300)
    const fresh = await send(app, 'GET', url)
    t.match(fresh.cache, STORED)
    t.same(look(fresh.body as never), expected)
    t.equal((await send(app, 'GET', url)).cache, HIT)
  })
}

t.test('a write to one book keeps the page of another', async (t) => {
  await send(app, 'GET', `/books/${other.id}`)
  await send(app, 'PUT', `/books/${book.id}`, { title: 'Put', isbn: '0306406152' })
  await send(app, 'POST', `/books/${book.id}/reviews`, { rating: 1, reviewer: 'T' })
  t.equal((await send(app, 'GET', `/books/${other.id}`)).cache, HIT)
})

t.test('another process shares the entries, and sees a write at once', async (t) => {
  const second = await buildApp(config)
  t.teardown(() => second.close())
  await send(app, 'GET', `/books/${other.id}`)
  t.equal((await send(second, 'GET', `/books/${other.id}`)).cache, HIT)
  await send(second, 'PATCH', `/books/${other.id}`, { title: 'Seen' })
  t.equal((await send(app, 'GET', `/books/${other.id}`)).body.title, 'Seen')
})

t.test(
  'a missing book is a hit as well, until it is there; a deleted one is gone at once, with its reviews',
  async (t) => {
    const id = other.id + 1
    t.equal((await send(app, 'GET', `/books/${id}`)).status, 404)
    t.equal((await send(app, 'GET', `/books/${id}`)).cache, HIT)
    const made = (await send(app, 'POST', '/books', { title: 'Third' })).body
    t.equal(made.id, id)
    t.equal((await send(app, 'GET', `/books/${id}`)).body.title, 'Third')
    const review = (await send(app, 'POST', `/books/${id}/reviews`, { rating: 2, reviewer: 'U' })).body
    await send(app, 'GET', `/books/${id}/reviews`)
    t.equal((await send(app, 'DELETE', `/books/${id}`)).status, 204)
    t.equal((await send(app, 'GET', `/books/${id}`)).status, 404)
    t.equal((await send(app, 'GET', `/books/${id}/reviews`)).status, 404)
    t.equal((await send(app, 'DELETE', `/reviews/${review.id}`)).status, 404)
  },
)

t.test('with CACHE=off every read is a bypass', async (t) => {
  const off = await buildApp({ ...config, CACHE: 'off' })
  t.teardown(() => off.close())
  t.equal((await send(off, 'GET', '/books')).cache, 'hotshelf; fwd=bypass')
  t.equal((await send(off, 'GET', '/health/ready')).body.cache, 'off')
})

t.test('the handlers know nothing of the cache', async (t) => {
  const folder = join(import.meta.dirname, '../../src/routes')
  for (const file of readdirSync(folder).filter((name) => name !== 'health.ts'))
    t.notMatch(readFileSync(join(folder, file), 'utf8'), /\$cache|\bcache\(|redis|ttl/i, file)
})
