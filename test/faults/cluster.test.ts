import t from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { createRedis } from '../../src/redis.ts'
import { createClients, observe } from '../support/client.ts'
import { startCluster } from '../support/cluster.ts'

t.test('a master of a cluster that dies costs no request, and what it missed is not believed', async (t) => {
  const { masters, url } = await startCluster(t)
  const connectTo = async () => {
    const redis = createRedis(url)
    redis.on('error', () => {})
    t.teardown(() => redis.disconnect())
    await redis.connect()
    return redisStore(redis)
  }
  const { cached, connect } = await createClients(t, { store: await connectTo() })
  const other = connect({ store: await connectTo() }).cached
  const authors = await cached.author.createManyAndReturn({
    data: Array.from({ length: 12 }, (_, index) => ({ name: `${index}` })),
  })
  const readAll = async (client = cached) =>
    Promise.all(
      authors.map(
        async ({ id }) => (await client.author.findUnique({ where: { id }, include: { books: true } }))?.name,
      ),
    )
  const names = await readAll()
  /** Reads until all of them are answered from the cache, whichever slots its keys are in. */
  const untilHit = async () => {
    for (;;) {
      const { result, outcomes } = await observe(() => readAll())
      t.same(result, names)
      if (outcomes.every((outcome) => outcome === 'hit')) return
    }
  }
  await untilHit()

  masters[0]?.process.kill('SIGKILL')
  for (const [index, { id }] of authors.entries()) {
    names[index] = `${index} anew`
    await cached.author.update({ where: { id }, data: { name: `${index} anew` } })
    t.same(await readAll(), names)
  }
  while (cached.$cache.stats().owed > 0) t.same(await readAll(), names)
  t.same(await readAll(other), names, 'neither does another process')
  await untilHit()
  t.same(await readAll(other), names)
})
