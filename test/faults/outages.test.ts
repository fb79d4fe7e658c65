import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import t, { type Test } from 'tap'
import { freePort } from '../../scripts/services/ports.ts'
import { type CacheOptions, redisStore, StoreDownError, type StoreEvent } from '../../src/cache/index.ts'
import { createRedis } from '../../src/redis.ts'
import { createApp, send } from '../support/app.ts'
import { createClients, observe } from '../support/client.ts'
import { Link } from '../support/link.ts'
import { createNamespace, startRedis } from '../support/redis.ts'

const stores = new EventEmitter()
const heard = (event: unknown) => {
  const { namespace, down } = event as StoreEvent
  stores.emit(`${namespace} ${down ? 'down' : 'up'}`)
}
subscribe('hotshelf:store', heard)
t.teardown(() => unsubscribe('hotshelf:store', heard))

/** A client whose way to its Redis can be harmed, and one that reaches the same Redis all the time. */
async function createHarmed(t: Test, options: Partial<CacheOptions> = {}) {
  const server = await startRedis(t)
  const link = new Link(server.url)
  const connectTo = async (url: string) => {
    const redis = createRedis(url)
    redis.on('error', () => {})
    t.teardown(() => redis.disconnect())
    await redis.connect()
    return redisStore(redis)
  }
  const namespace = createNamespace()
  const store = await connectTo(`redis://${await link.listen(t)}`)
  const { plain, cached, connect } = await createClients(t, { store, namespace, ...options })
  const other = connect({ store: await connectTo(server.url), namespace: `${namespace}` }).cached
  return {
    server,
    link,
    plain,
    cached,
    other,
    when: (state: 'up' | 'down') => once(stores, `${namespace} ${state}`),
  }
}

type Harmed = Awaited<ReturnType<typeof createHarmed>>

/** Ways in which Redis is out of reach for a while: each harms and says how that ends. */
const HARMS: Record<string, (harmed: Harmed) => () => void> = {
  'it hangs': ({ server }) => {
    server.process.kill('SIGSTOP')
    return () => server.process.kill('SIGCONT')
  },
  'packets to it are lost': ({ link }) => {
    link.hold()
    return () => link.release()
  },
  'it takes longer than the deadline': ({ link }) => {
    link.slow(400)
    return () => link.slow(0)
  },
}

for (const [name, harm] of Object.entries(HARMS))
  t.test(`when ${name}, reads and writes go on, and nothing is stale afterwards`, async (t) => {
    const harmed = await createHarmed(t)
    const { cached, other, when } = harmed
    const { id } = await cached.author.create({ data: { name: 'before' } })
    const read = (client = cached) => client.author.findUnique({ where: { id } })
    await read()
    t.same((await observe(read)).outcomes, ['hit'])

    const down = when('down')
    const mend = harm(harmed)
    while (!cached.$cache.stats().down) t.equal((await read())?.name, 'before')
    await down
    const { result, outcomes } = await observe(read)
    t.equal(result?.name, 'before')
    t.same(outcomes, ['bypass'], 'Redis is not asked any more')
    await cached.author.update({ where: { id }, data: { name: 'after' } })
    t.ok(cached.$cache.stats().owed > 0)
    t.equal((await read())?.name, 'after')

    const up = when('up')
    mend()
    await up
    t.equal((await read())?.name, 'after')
    while (cached.$cache.stats().owed > 0) await read()
    t.equal((await read(other))?.name, 'after', 'neither for another process')
    await read()
    t.same((await observe(read)).outcomes, ['hit'])
  })

t.test('where writes are to be refused without Redis, they are, and write nothing', async (t) => {
  const { link, plain, cached, other } = await createHarmed(t, { refuseWrites: true })
  const { id } = await cached.author.create({ data: { name: 'before' } })
  const read = (client = other) => client.author.findUnique({ where: { id } })
  await read()
  const write = (client: Pick<typeof cached, 'author'> = cached) =>
    client.author.update({ where: { id }, data: { name: 'after' } })
  link.hold()
  await t.rejects(write(), StoreDownError)
  await t.rejects(
    cached.$transaction((tx) => write(tx as never)),
    StoreDownError,
  )
  await t.rejects(cached.$transaction([write(), write()]), StoreDownError)
  await t.rejects(cached.$executeRaw`UPDATE "Author" SET name = 'after'`, StoreDownError)
  t.equal((await read(cached))?.name, 'before')
  t.equal((await read(plain as never))?.name, 'before')
  link.release()
  while ((await read(plain as never))?.name === 'before') {
    await write().catch((error) => {
      if (!(error instanceof StoreDownError)) throw error
    })
  }
  t.equal((await read())?.name, 'after')
})

t.test('to a client that is a 503, for reads nothing', async (t) => {
  const gone = `redis://127.0.0.1:${await freePort()}`
  const app = await createApp(t, { REDIS_URL: gone, CACHE_DOWN_WRITES: 'refuse', RATE_LIMIT: 'off' })
  const { status, headers, body } = await send(app, 'POST', '/authors', { name: 'never' })
  t.equal(status, 503)
  t.ok(Number(headers['retry-after']) > 0)
  t.match(body, { detail: /^Writes are refused/ })
  t.match(await send(app, 'GET', '/authors'), { status: 200, body: { data: [] } })
})

t.test('what is owed is delivered when a client is closed', async (t) => {
  const { link, cached, other } = await createHarmed(t)
  const { id } = await cached.author.create({ data: { name: 'before' } })
  const read = () => other.author.findUnique({ where: { id } })
  await read()
  link.slow(400)
  await cached.author.update({ where: { id }, data: { name: 'after' } })
  t.ok(cached.$cache.stats().owed > 0)
  link.slow(0)
  await cached.$cache.close()
  t.equal(cached.$cache.stats().owed, 0)
  t.equal((await read())?.name, 'after')
})

t.test('a Redis that is full costs a miss, and no write', async (t) => {
  const { server, cached } = await createHarmed(t)
  const admin = createRedis(server.url)
  t.teardown(() => admin.disconnect())
  await admin.connect()
  const { id } = await cached.author.create({ data: { name: 'before' } })
  const read = () => cached.author.findUnique({ where: { id } })
  await read()
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  await admin.config('SET', 'maxmemory', '1')
  await cached.author.update({ where: { id }, data: { name: 'after' } })
  const { result, outcomes } = await observe(read)
  t.equal(result?.name, 'after')
  t.same(outcomes, ['miss'])
  t.equal(cached.$cache.stats().owed, 0, 'drops need no memory')
  t.notOk(cached.$cache.stats().down)
  await admin.config('SET', 'maxmemory', '0')
  await read()
  t.same((await observe(read)).outcomes, ['hit'])
})

for (const policy of ['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])
  t.test(`eviction by ${policy} costs a miss at worst`, async (t) => {
    const { server, cached } = await createHarmed(t)
    const admin = createRedis(server.url)
    t.teardown(() => admin.disconnect())
    await admin.connect()
    await admin.config('SET', 'maxmemory-policy', policy)
    const used = /used_memory:(\d+)/.exec(await admin.info('memory'))?.[1]
    await admin.config('SET', 'maxmemory', String(Number(used) + 200_000))
    const text = 'x'.repeat(2000)
    const authors = await cached.author.createManyAndReturn({
      data: Array.from({ length: 100 }, (_, index) => ({ name: `${index}${text}` })),
    })
    for (let round = 0; round < 4; round++) {
      for (const { id } of authors) await cached.author.findUnique({ where: { id } })
      for (const { id } of authors.slice(round * 10, round * 10 + 10)) {
        await cached.author.update({ where: { id }, data: { name: `round ${round}` } })
        t.equal((await cached.author.findUnique({ where: { id } }))?.name, `round ${round}`)
      }
    }
    t.match(await admin.info('stats'), /evicted_keys:[1-9]/)
  })
