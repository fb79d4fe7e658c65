import t from 'tap'
import { cacheStatus, outcomeOf } from '../../src/cache-status.ts'
import { lengthOf } from '../../src/spans.ts'
import { createApp, send } from '../support/app.ts'

/** The milliseconds that an answer says, by what took them. */
const timesOf = (header: unknown): Record<string, number> =>
  Object.fromEntries(
    String(header)
      .split(', ')
      .map((part) => {
        const [, name = '', milliseconds] = /^(\w+);dur=(\d+\.\d\d)$/.exec(part) ?? []
        return [name, Number(milliseconds)]
      }),
  )

t.test('an answer says how long cache and database took', async (t) => {
  const app = await createApp(t)
  const made = await send(app, 'POST', '/books', { title: 'One' })
  const page = `/books/${made.body.id}`
  const [missed, , kept] = [
    await send(app, 'GET', page),
    await send(app, 'GET', page),
    await send(app, 'GET', page),
  ]
  for (const { headers } of [made, missed]) {
    const { cache = -1, db = -1, total = -1 } = timesOf(headers['server-timing'])
    t.ok(db > 0)
    t.ok(cache > 0)
    t.ok(total >= db + cache - 0.02, 'two reads at once count once')
  }
  const { cache = -1, total = -1, ...rest } = timesOf(kept.headers['server-timing'])
  t.ok(cache > 0 && total >= cache)
  t.same(rest, {}, 'the database is not asked for a page that is kept')
  const ready = timesOf((await send(app, 'GET', '/health/ready')).headers['server-timing'])
  t.ok(Number(ready.db) > 0)
  for (const path of ['/health/live', '/nowhere', '/books?limit=x'])
    t.equal((await app.inject(path)).headers['server-timing'] === undefined, path !== '/books?limit=x', path)
})

t.test('what goes on at once counts once', async (t) => {
  for (const [spans, length] of [
    [[], 0],
    [[[0, 2]], 2],
    [
      [
        [0, 2],
        [1, 3],
      ],
      3,
    ],
    [
      [
        [5, 6],
        [0, 4],
        [1, 2],
      ],
      5,
    ],
  ] as [number[][], number][])
    t.equal(lengthOf(spans.map(([start = 0, end = 0]) => ({ start, end }))), length)
})

t.test('an answer says what was missed for it', async (t) => {
  const app = await createApp(t)
  const { body } = await send(app, 'POST', '/books', { title: 'One' })
  const page = `/books/${body.id}`
  const stored = (detail: string) => `hotshelf; fwd=miss; stored; detail="${detail}"`
  t.equal((await send(app, 'GET', page)).cache, stored('Book.findUnique Review.aggregate'))
  await send(app, 'POST', `${page}/reviews`, { rating: 4, reviewer: 'R' })
  t.equal((await send(app, 'GET', page)).cache, stored('Review.aggregate'))
  t.equal((await send(app, 'GET', page)).cache, 'hotshelf; hit')
})

t.test('a status is bounded, and read as it is written', async (t) => {
  const names = new Set(['a.a', 'f.f', 'b.b', 'c.c', 'd.d', 'e.e'])
  const long = cacheStatus(new Set(['stored', 'hit']), names)
  t.equal(long, 'hotshelf; fwd=miss; stored; detail="a.a b.b c.c d.d +2"')
  t.equal(outcomeOf(long), 'stored')
  t.equal(outcomeOf(cacheStatus(new Set(['stored', 'miss']), names)), 'miss')
  t.equal(outcomeOf(cacheStatus(new Set(['stored', 'bypass']), names)), 'miss')
  t.equal(outcomeOf(cacheStatus(new Set(['bypass']))), 'bypass')
  t.equal(outcomeOf(cacheStatus(new Set(['hit']))), 'hit')
  t.equal(outcomeOf('another; hit'), undefined)
  t.equal(outcomeOf(undefined), undefined)
})
