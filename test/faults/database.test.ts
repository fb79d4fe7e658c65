import { setImmediate } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import t from 'tap'
import { createApp, send } from '../support/app.ts'
import { createClients, observe } from '../support/client.ts'
import { createDatabase, lock } from '../support/database.ts'
import { Link } from '../support/link.ts'

t.test(
  'without the database hits are served, everything else is a 503, and it recovers by itself',
  async (t) => {
    const url = new URL(await createDatabase(t))
    const link = new Link(url.href)
    url.host = await link.listen(t)
    const app = await createApp(t, { DATABASE_URL: url.href })
    const { body } = await send(app, 'POST', '/authors', { name: 'before' })
    const author = `/authors/${body.id}`
    await send(app, 'GET', author)

    link.close()
    t.match(await send(app, 'GET', author), { status: 200, cache: 'hotshelf; hit' })
    for (const [method, path, payload] of [
      ['GET', '/books', undefined],
      ['POST', '/authors', { name: 'never' }],
      ['PATCH', author, { name: 'never' }],
    ] as const) {
      const { status, headers } = await send(app, method, path, payload)
      t.equal(status, 503, `${method} ${path}`)
      t.ok(Number(headers['retry-after']) > 0)
    }

    await link.open()
    t.match(await send(app, 'GET', author), { status: 200, body: { name: 'before' } })
    t.equal((await send(app, 'PATCH', author, { name: 'after' })).status, 200)
    t.match(await send(app, 'GET', author), { status: 200, body: { name: 'after' } })
    t.same((await send(app, 'GET', '/authors?q=never')).body.data, [])
  },
)

t.test('where hits are to be refused without the database they are, until it is back', async (t) => {
  const url = new URL(await createDatabase(t))
  const link = new Link(url.href)
  url.host = await link.listen(t)
  const app = await createApp(t, { DATABASE_URL: url.href, DATABASE_DOWN_HITS: 'refuse' })
  const { body } = await send(app, 'POST', '/authors', { name: 'here' })
  const author = `/authors/${body.id}`
  await send(app, 'GET', author)
  t.match(await send(app, 'GET', author), { status: 200, cache: 'hotshelf; hit' })

  link.close()
  t.equal((await send(app, 'GET', '/health/ready')).status, 503)
  for (;;) {
    const { status, headers } = await send(app, 'GET', author)
    if (status === 200) {
      await setImmediate()
      continue
    }
    t.equal(status, 503)
    t.ok(Number(headers['retry-after']) > 0)
    break
  }
  t.equal((await send(app, 'GET', '/health/live')).status, 200)

  await link.open()
  while ((await send(app, 'GET', author)).status === 503) await setImmediate()
  t.match(await send(app, 'GET', author), { status: 200, cache: 'hotshelf; hit' })
})

const EVERYONE = 'LOCK TABLE "Author"'
const WRITERS = 'SELECT FROM "Author" FOR UPDATE'

t.test('a statement that takes too long is a 503, and has done nothing', async (t) => {
  const url = await createDatabase(t)
  const app = await createApp(t, { DATABASE_URL: url, DATABASE_TIMEOUT: '100' })
  const { body } = await send(app, 'POST', '/authors', { name: 'before' })
  const author = `/authors/${body.id}`
  const unlock = await lock(t, url, EVERYONE)
  for (const [method, payload] of [
    ['GET', undefined],
    ['PATCH', { name: 'after' }],
  ] as const) {
    const { status, headers } = await send(app, method, author, payload)
    t.equal(status, 503, method)
    t.ok(Number(headers['retry-after']) > 0)
  }
  await unlock()
  t.match(await send(app, 'GET', author), { status: 200, body: { name: 'before' } })
})

t.test('who finds no connection free gets a 503, and who has one an answer', async (t) => {
  const url = await createDatabase(t)
  const app = await createApp(t, { DATABASE_URL: url, DATABASE_TIMEOUT: 'off' })
  const unlock = await lock(t, url, EVERYONE)
  const pool = 10
  const asked = Array.from({ length: pool + 1 }, (_, index) =>
    send(app, 'GET', `/authors?limit=${index + 1}`),
  )
  t.equal((await Promise.race(asked)).status, 503)
  await unlock()
  const answers = await Promise.all(asked)
  t.equal(answers.filter(({ status }) => status === 200).length, pool)
})

t.test('a write that its client gave up, and that is committed later, is dropped once more', async (t) => {
  const { url, plain, connect } = await createClients(t, { crashBound: 1000 })
  const { cached } = connect({}, new PrismaPg({ connectionString: url, query_timeout: 500 }))
  const { id } = await plain.author.create({ data: { name: 'before' } })
  const unlock = await lock(t, url, WRITERS)
  await t.rejects(cached.author.update({ where: { id }, data: { name: 'after' } }), /timeout/)
  const read = () => cached.author.findUnique({ where: { id } })
  t.match(await observe(read), { result: { name: 'before' }, outcomes: ['stored'] })
  await unlock()
  while ((await plain.author.count({ where: { name: 'after' } })) === 0) {
    // It has its turn now.
  }
  // Memory answers at once, so that nothing else would have its turn.
  while ((await read())?.name === 'before') await setImmediate()
  t.match(await observe(read), { result: { name: 'after' }, outcomes: ['hit'] })
})
