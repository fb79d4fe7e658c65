import { once } from 'node:events'
import t from 'tap'
import { memoryStore, redisStore } from '../../src/cache/index.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { createRedis } from '../../src/redis.ts'
import { createClients, observe } from '../support/client.ts'
import { startCluster } from '../support/cluster.ts'
import { createNamespace, redisUrl, startRedis } from '../support/redis.ts'

async function connect(url = redisUrl()) {
  const redis = createRedis(url)
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  await redis.connect()
  return redis
}

const redis = await connect()
const cluster = await startCluster(t)
const limits = { most: 3, halfLife: 3_600_000, seconds: 60 }

t.test('two clients count together, and the most read query comes first', async (t) => {
  const namespace = createNamespace()
  const { connect: another, cached } = await createClients(t, {
    store: redisStore(redis),
    namespace,
    hot: 10,
  })
  const other = another({ store: redisStore(await connect()) }).cached
  const read = (client: typeof cached, id: number) => client.author.findUnique({ where: { id } })
  for (const id of [1, 1, 2]) await read(cached, id)
  for (const id of [2, 2, 3]) await read(other, id)
  t.same(await cached.$cache.hot(10), [], 'no read waits for it to be handed over')
  for (const client of [cached, other]) await client.$cache.close()
  const query = (id: number) => ({ model: 'Author', operation: 'findUnique', args: { where: { id } } })
  t.same(await cached.$cache.hot(10), [
    { ...query(2), reads: 3 },
    { ...query(1), reads: 2 },
    { ...query(3), reads: 1 },
  ])
  t.same(await cached.$cache.hot(1), [{ ...query(2), reads: 3 }])
  const left = await redis.ttl(`${namespace}:hot`)
  t.ok(left > 0 && left <= 7 * 24 * 3600, 'what nobody adds to is forgotten')
})

t.test(
  'a query of the list can be asked again: each type comes back, and the entry is its own',
  async (t) => {
    const options = { store: redisStore(redis), namespace: createNamespace(), hot: 100 }
    const { cached, connect: another } = await createClients(t, options)
    const { book, author, review } = cached
    const reads: (() => Promise<unknown>)[] = [
      () => author.findUnique({ where: { id: 1 } }),
      () => book.findMany({ where: { createdAt: { gt: new Date(5) } }, orderBy: [{ id: 'desc' }], take: 2 }),
      () => book.findFirst({ where: { averageRating: new Prisma.Decimal('1.5'), isbn: null } }),
      () => book.count(),
      () => book.count({ where: { id: 1 }, select: { isbn: true } }),
      () => review.aggregate({ where: { bookId: 1 }, _count: true, _avg: { rating: true } }),
      () => review.aggregate({ _count: { _all: true }, _max: { createdAt: true } }),
      () => book.groupBy({ by: ['language'], _count: true }),
      () => book.findMany({ include: { _count: { select: { reviews: true } } } }),
    ]
    for (const read of reads) await read()
    await cached.$cache.close()
    await cached.$cache.drop()
    const { cached: next } = another({ hot: 0 })
    const hot = await next.$cache.hot(100)
    t.equal(hot.length, reads.length)
    for (const query of hot) {
      if ('name' in query) throw new Error('there are queries alone')
      const { model, operation, args } = query
      t.equal(await next.$cache.state(model, operation, args), undefined)
      t.equal(await next.$cache.refill(query), 'stored')
      t.match(await next.$cache.state(model, operation, args), { bytes: Number, age: 0 })
      t.equal(await next.$cache.refill(query), 'hit')
    }
    for (const read of reads) t.same((await observe(read)).outcomes, ['hit'], String(read))
    await next.$cache.close()
    t.same(await next.$cache.hot(100), hot, 'a client that keeps no list adds nothing')
  },
)

t.test('what cannot be asked again, or is long, or is a tenant’s, is not kept', async (t) => {
  const { cached, connect: another } = await createClients(t, { hot: 10 })
  await cached.book.findFirst({ where: { title: { equals: cached.book.fields.originalTitle } } })
  await cached.book.findMany({ where: { title: 'x'.repeat(2048) } })
  await cached.book.findUnique({ where: { id: 1 } }).authors()
  const others = [{ scope: () => 'tenant' }, { bypass: true }].map((options) => another(options).cached)
  for (const other of others) await other.book.count()
  for (const client of [cached, ...others]) await client.$cache.close()
  t.same(await cached.$cache.hot(10), [])
})

t.test('names of derived texts that can be made again count, found or not', async (t) => {
  const { cached } = await createClients(t, { hot: 10 })
  const texts = cached.$cache.derived('test', String)
  const make = () =>
    texts.watch(async () =>
      cached.author.findUnique({ where: { id: 1 } }).then(() => texts.keep('name', 'text')),
    )
  for (let times = 0; times < 2; times++) {
    t.equal(await texts.find('name', make), undefined)
    await make()
  }
  t.equal(await texts.find('name', make), 'text')
  await texts.find('other')
  await cached.$cache.close()
  t.same(
    (await cached.$cache.hot(10)).filter((read) => 'name' in read),
    [{ name: 'name', reads: 3 }],
  )
  const state = await texts.state('name')
  t.match(state, { bytes: Number, age: 0 })
  t.same(
    state?.tags.map((tag) => tag.split(/[[:]/)[0]),
    ['Author', 'Author'],
  )
  t.equal(await texts.state('other'), undefined)
  await cached.$cache.drop('Author')
  t.equal(await texts.state('name'), undefined)
})

t.test('a Redis that is away fails neither a read nor the end', async (t) => {
  const own = await startRedis(t)
  const lost = await connect(own.url)
  const { cached } = await createClients(t, { store: redisStore(lost), hot: 10 })
  const ended = once(lost, 'close')
  await own.stop()
  await ended
  t.equal(await cached.author.findUnique({ where: { id: 1 } }), null)
  await cached.$cache.close()
  await t.rejects(cached.$cache.hot(10))
})

t.test('what is in the list and was not written by it is passed over', async (t) => {
  const namespace = createNamespace()
  const { cached } = await createClients(t, { store: redisStore(redis), namespace, hot: 10 })
  const texts = [
    '{',
    '7',
    '[1]',
    '["Book","delete","{}"]',
    '["Book","findMany"]',
    '["Book","findMany","{"]',
    '["\\u001b[2J","findMany","{}"]',
    JSON.stringify(['Book', 'findMany', '{"where":{"createdAt":{"$":["date","never"]}}}']),
  ]
  for (const text of texts) await redis.zadd(`${namespace}:hot`, 5, text)
  await redis.zadd(`${namespace}:hot`, 1, '["Book","findMany","{}"]')
  t.same(await cached.$cache.hot(10), [{ model: 'Book', operation: 'findMany', args: {}, reads: 1 }])
})

const stores = {
  memory: memoryStore(),
  redis: redisStore(redis),
  cluster: redisStore(await connect(cluster.url)),
}
for (const [name, { ranks }] of Object.entries(stores))
  t.test(`ranks in ${name}: those that count least go first, and all fade`, async (t) => {
    if (!ranks) throw new Error('it has ranks')
    const key = `${createNamespace()}:hot`
    const add = (counts: Record<string, number>, more = {}) =>
      ranks.add(key, new Map(Object.entries(counts)), { ...limits, ...more })
    t.same(await ranks.first(key, 5), [])
    await add({ a: 8, b: 4, c: 2, d: 1 })
    await add({ b: 6 })
    t.same(await ranks.first(key, 5), [
      ['b', 10],
      ['a', 8],
      ['c', 2],
    ])
    t.same(await ranks.first(key, 1), [['b', 10]])
    if (name === 'memory') await add({ e: 3 }, { halfLife: 0 })
    else {
      // As it is when that time is over.
      await (name === 'redis' ? redis : await connect(cluster.url)).unlink(`${key}:halved`)
      await add({ e: 3 })
    }
    t.same(await ranks.first(key, 5), [
      ['b', 5],
      ['a', 4],
      ['e', 3],
    ])
    await add({ e: 1 })
    t.same((await ranks.first(key, 5)).at(-1)?.[1], 4, 'not at each addition')
    if (name === 'memory') {
      await add({ z: 1 }, { seconds: 0 })
      t.same(await ranks.first(key, 5), [['z', 1]])
    }
  })
