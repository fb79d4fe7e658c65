import t from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { createClients } from '../support/client.ts'
import { gate } from '../support/gate.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

t.test('a client counts what it has done', async (t) => {
  const { cached } = await createClients(t, { near: 1 })
  await cached.author.create({ data: { id: 1, name: 'one' } })
  const read = () => cached.author.findUnique({ where: { id: 1 } })
  await read()
  await read()
  await cached.author.count()
  const { operations, reads, stored, near, droppedOf, dropped } = cached.$cache.stats()
  t.same(operations, {
    'Author.findUnique': { hit: 1, stored: 1, miss: 0, bypass: 0, failed: 0 },
    'Author.count': { hit: 0, stored: 1, miss: 0, bypass: 0, failed: 0 },
  })
  t.same(reads, { hit: 1, stored: 2, miss: 0, bypass: 0, failed: 0 })
  t.equal(stored.count, 2)
  t.ok(stored.bytes > JSON.stringify({ id: 1, name: 'one' }).length)
  t.match(near, { hits: 1, count: 2 })
  t.ok(near.bytes > stored.bytes)
  t.same(Object.keys(droppedOf), ['Author'])
  t.equal(dropped, droppedOf.Author)
})

t.test('a client counts what was asked for and kept of derived texts', async (t) => {
  const { cached } = await createClients(t)
  const texts = cached.$cache.derived('test', String)
  const make = () =>
    texts.watch(async () => {
      await cached.author.count()
      await texts.keep('name', 'text')
    })
  await make()
  t.equal(await texts.find('name'), undefined)
  await make()
  t.equal(await texts.find('name'), 'text')
  t.match(cached.$cache.stats().derived, { hits: 1, misses: 1, stored: { count: 1 } })
})

t.test(
  'a client counts the reads that another’s database call answered, and its writes under way',
  async (t) => {
    const redis = connectRedis(t)
    await redis.connect()
    const options = { store: redisStore(redis), namespace: createNamespace() }
    const { url, connect } = await createClients(t, options)
    let held = Promise.resolve()
    let reached = () => {}
    const create = () =>
      connect(
        {},
        new WatchedAdapter(url, async (_, run) => {
          reached()
          await held
          return run()
        }),
      ).cached
    const [one, other] = [create(), create()]
    for (const client of [one, other]) await client.author.count()
    const hold = () => {
      const [isReached, reach] = gate()
      const [opened, open] = gate()
      held = opened
      reached = reach
      return { isReached, open }
    }

    const reading = hold()
    // Prisma asks only when somebody waits for the answer.
    const read = (client: typeof one) => client.author.findMany().then((authors) => authors.length)
    const first = read(one)
    await reading.isReached
    const others = [read(one), read(other)]
    reading.open()
    await Promise.all([first, ...others])
    t.match(one.$cache.stats(), { joined: 1, leased: 0 })
    t.match(other.$cache.stats(), { joined: 0, leased: 1 })

    const writing = hold()
    const write = one.author.create({ data: { name: 'x' } })
    const written = write.then(() => {})
    await writing.isReached
    t.equal(one.$cache.stats().intents, 1)
    t.equal(other.$cache.stats().intents, 0)
    writing.open()
    await written
    t.equal(one.$cache.stats().intents, 0)
  },
)

t.test('a client counts the notes of dead processes that it has swept', async (t) => {
  const redis = connectRedis(t)
  await redis.connect()
  const namespace = createNamespace()
  const { cached } = await createClients(t, { store: redisStore(redis), namespace, crashBound: 500 })
  await redis.hset(`${namespace}:intents`, 'nobody:1', '["x"]', 'nobody:2', '["y"]')
  await redis.hset(`${namespace}:moves`, 'nobody:1', '["x"]')
  while (cached.$cache.stats().swept === 0) await cached.author.count()
  t.equal(cached.$cache.stats().swept, 2)
})
