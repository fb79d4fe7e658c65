import t, { type Test } from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { createClients } from '../support/client.ts'
import { gate } from '../support/gate.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

/** Several processes that share a Redis, and how often they have asked the database. */
async function createProcesses(t: Test) {
  const redis = connectRedis(t)
  await redis.connect()
  const namespace = createNamespace()
  const { url, plain, connect } = await createClients(t, { store: redisStore(redis), namespace })
  const calls = { made: 0, held: Promise.resolve(), reached: () => {} }
  const create = () =>
    connect(
      {},
      new WatchedAdapter(url, async (_, run) => {
        calls.made++
        calls.reached()
        await calls.held
        return run()
      }),
    ).cached
  await plain.author.create({ data: { id: 1, name: 'one' } })
  const clients = [create(), create(), create()] as const
  // Whether it may believe the store, each finds out first.
  for (const client of clients) await client.author.count()
  calls.made = 0
  return { redis, namespace, plain, clients, calls }
}

const read = (client: Awaited<ReturnType<typeof createProcesses>>['clients'][number]) =>
  client.author.findMany().then((authors) => authors.map(({ name }) => name))

t.test('several processes that miss at once ask the database once', async (t) => {
  const { clients, calls } = await createProcesses(t)
  const [reached, isReached] = gate()
  const [held, release] = gate()
  Object.assign(calls, { held, reached: isReached })
  const first = read(clients[0])
  await reached
  const others = clients.flatMap((client) => Array.from({ length: 10 }, () => read(client)))
  release()
  for (const names of await Promise.all([first, ...others])) t.same(names, ['one'])
  t.equal(calls.made, 1)
})

t.test('who waits asks after all when the one who was asked for it has failed', async (t) => {
  const { clients, calls } = await createProcesses(t)
  const [reached, isReached] = gate()
  const [held, release] = gate()
  const failing = held.then(() => {
    Object.assign(calls, { held: Promise.resolve() })
    throw new Error('the connection was lost')
  })
  Object.assign(calls, { held: failing, reached: isReached })
  const first = read(clients[0])
  await reached
  const other = read(clients[1])
  release()
  await t.rejects(first, /the connection was lost/)
  t.same(await other, ['one'])
})

t.test('a write in between is seen by those who wait', async (t) => {
  const { clients, calls, plain } = await createProcesses(t)
  const [reached, isReached] = gate()
  const [held, release] = gate()
  Object.assign(calls, { held, reached: isReached })
  const first = read(clients[0])
  await reached
  calls.held = Promise.resolve()
  await clients[2].author.update({ where: { id: 1 }, data: { name: 'two' } })
  t.same(await read(clients[1]), ['two'])
  release()
  t.ok((await plain.author.count()) === 1 && (await first))
  t.same(await read(clients[1]), ['two'])
})

t.test('a process that dies with a lease keeps nobody waiting for long', async (t) => {
  const { redis, namespace, clients } = await createProcesses(t)
  const claims: string[] = []
  const monitor = await redis.duplicate().monitor()
  monitor.on('monitor', (_: string, [command, key]: string[]) => {
    if (command === 'set' && key?.startsWith(`${namespace}:l:`)) claims.push(key)
  })
  await read(clients[0])
  while (claims.length === 0) await redis.ping()
  monitor.disconnect()
  const [lease = ''] = claims
  for (const entry of await redis.keys(`${namespace}:e:*`)) await redis.del(entry)
  // As it leaves it: with what is left of its time, and nobody who renews it.
  await redis.set(lease, '', 'PX', 400)
  t.same(await read(clients[1]), ['one'])
  t.equal(await redis.exists(lease), 0)
})
