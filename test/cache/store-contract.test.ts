import t from 'tap'
import { memoryStore, redisStore, type Store } from '../../src/cache/index.ts'
import { createRedis } from '../../src/redis.ts'
import { startCluster } from '../support/cluster.ts'
import { connectRedis, createNamespace, redisServers, startRedis } from '../support/redis.ts'

const redis = connectRedis(t)
await redis.connect()

async function connect(url: string): Promise<Store> {
  const redis = createRedis(url)
  t.teardown(() => redis.disconnect())
  await redis.connect()
  return redisStore(redis)
}

const stores: [string, Store][] = [['memoryStore', memoryStore()]]
for (const server of redisServers) {
  const alone = await startRedis(t, undefined, [], server)
  stores.push([`redisStore on ${server.name}`, await connect(alone.url)])
  const cluster = await startCluster(t, server)
  stores.push([`redisStore on a cluster of ${server.name}`, await connect(cluster.url)])
}

for (const [name, store] of stores) {
  t.test(`${name} keeps the contract of a store`, async (t) => {
    const namespace = createNamespace()
    const key = (part: string) => `${namespace}:${part}`

    t.test('get answers in the order of the keys, null where there is nothing', async (t) => {
      await store.set(key('a'), 'text a', 60)
      await store.set(key('b'), '', 60)
      t.same(await store.get([key('b'), key('none'), key('a')]), ['', null, 'text a'])
      t.same(await store.get([]), [])
    })

    t.test('pin creates what is missing, and leaves and tells what is there', async (t) => {
      await store.set(key('there'), 'first', 60)
      t.same(await store.pin([key('there'), key('new')], 'second', 60), ['first', 'second'])
      t.same(await store.pin([key('new')], 'third', 60), ['second'])
    })

    t.test('drop removes what is named and nothing else, and does not mind what is not there', async (t) => {
      await store.set(key('x'), '1', 60)
      await store.set(key('y'), '2', 60)
      await store.drop([key('x'), key('never')])
      t.same(await store.get([key('x'), key('y')]), [null, '2'])
      await store.drop([])
    })

    const { notes } = store
    if (notes)
      t.test('notes are told with their texts until they are removed, and a beat is forgotten', async (t) => {
        await notes.put(key('notes'), 'one', 'first')
        await notes.put(key('notes'), 'two', 'second')
        t.same(await notes.all(key('notes')), { one: 'first', two: 'second' })
        await notes.put(key('notes'), 'one', 'again')
        await notes.remove(key('notes'), ['two', 'never'])
        t.same(await notes.all(key('notes')), { one: 'again' })
        t.same(await notes.all(key('none')), {})
        t.equal(await notes.claim(key('claim'), 60_000), true)
        t.equal(await notes.claim(key('claim'), 60_000), false)
        await store.drop([key('claim')])
        t.equal(await notes.claim(key('claim'), 60_000), true)
        await notes.beat(key('beat'), 100)
        t.same(await store.get([key('beat')]), [''])
        while ((await store.get([key('beat')]))[0] === '') {
          // The server has a clock of its own.
        }
      })

    t.test('a dropped key can be pinned anew', async (t) => {
      await store.pin([key('p')], 'old', 60)
      await store.drop([key('p')])
      t.same(await store.pin([key('p')], 'young', 60), ['young'])
    })
  })
}

t.test('redisStore gives every key a time to live', async (t) => {
  const store = redisStore(redis)
  const namespace = createNamespace()
  await store.set(`${namespace}:e`, 'x', 60)
  await store.pin([`${namespace}:v`], 'x', 120)
  const lives = await Promise.all([redis.ttl(`${namespace}:e`), redis.ttl(`${namespace}:v`)])
  t.ok(lives.every((seconds) => seconds > 0))
})

t.test('what is no text is nothing to redisStore, and stands in the way of nothing for long', async (t) => {
  const store = redisStore(redis)
  const [entry, version] = [`${createNamespace()}:e`, `${createNamespace()}:v`]
  for (const key of [entry, version]) await redis.lpush(key, 'by hand')
  t.same(await store.get([entry, version]), [null, null])
  await store.set(entry, 'text', 60)
  t.same(await store.pin([version], 'first', 60), [null])
  t.same(await store.pin([version], 'second', 60), ['second'])
  t.same(await store.get([entry, version]), ['text', 'second'])
})

t.test('memoryStore holds no more than it is told to', async (t) => {
  t.throws(() => memoryStore({ megabytes: 0 }), /a number above 0/)
  const store = memoryStore({ megabytes: 1 })
  const text = 'x'.repeat(400 * 1024)
  for (const key of ['1', '2', '3']) await store.set(key, text, 60)
  t.same((await store.get(['1', '3'])).map(Boolean), [false, true])
})
