import type { EventEmitter } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { createRedis } from '../../src/redis.ts'
import { createClients, observe } from '../support/client.ts'
import { Link } from '../support/link.ts'
import { createNamespace, type RedisServer, redisServers, startRedis } from '../support/redis.ts'

/** A server that keeps its data in a folder of the test's own. */
const startKeeping = (
  t: Test,
  server: RedisServer,
  folder: string,
  port?: number,
  more: readonly string[] = [],
) => startRedis(t, port, [...more, '--dir', folder], server)

async function connect(t: Test, url: string) {
  const redis = createRedis(url)
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  await redis.connect()
  return redis
}

/** Not `once`, which fails at the errors that come before. */
const heard = (redis: EventEmitter, event: string) => new Promise((resolve) => redis.once(event, resolve))

async function createFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-redis-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A master whose replica can be cut off, as sentinels see them. */
async function startReplicated(t: Test, server: RedisServer) {
  const diskless = ['--repl-diskless-sync-delay', '0']
  const master = await startKeeping(t, server, await createFolder(t), undefined, diskless)
  const link = new Link(master.url)
  const address = (await link.listen(t)).split(':')
  const replica = await startKeeping(t, server, await createFolder(t), undefined, ['--replicaof', ...address])
  return { master, link, address, replica }
}

/** What a replica tells its master every second. */
const fromReplica = (text: string) => text.includes('REPLCONF')

/** @param address of the master, the same as its replica has, or the sentinels would lead that one elsewhere */
async function startSentinels(t: Test, server: RedisServer, address: readonly string[]): Promise<string> {
  const sentinels = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const folder = await createFolder(t)
      const file = join(folder, 'sentinel.conf')
      await writeFile(
        file,
        `sentinel monitor books ${address.join(' ')} 2
sentinel down-after-milliseconds books 500
sentinel failover-timeout books 3000
`,
      )
      return startKeeping(t, server, folder, undefined, [file, '--sentinel'])
    }),
  )
  for (const { url } of sentinels) {
    const sentinel = await connect(t, url)
    // Without it, they look for replicas every ten seconds.
    await sentinel.call('SENTINEL', 'DEBUG', 'INFO-PERIOD', '500')
    const knows = async (what: 'REPLICAS' | 'SENTINELS', count: number) => {
      const found = await sentinel.call('SENTINEL', what, 'books')
      return Array.isArray(found) && found.length === count
    }
    while (!((await knows('REPLICAS', 1)) && (await knows('SENTINELS', 2)))) {
      // They are telling each other.
    }
  }
  return `redis-sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/books`
}

for (const server of redisServers) {
  t.test(`a ${server.name} that comes back with an old snapshot is not believed`, async (t) => {
    const folder = await createFolder(t)
    const first = await startKeeping(t, server, folder)
    const redis = await connect(t, first.url)
    const namespace = createNamespace()
    const { cached, connect: another } = await createClients(t, { store: redisStore(redis), namespace })
    const { id } = await cached.author.create({ data: { name: 'before' } })
    const read = (client = cached) => client.author.findUnique({ where: { id } })
    await read()
    await redis.save()
    await cached.author.update({ where: { id }, data: { name: 'after' } })

    const closed = heard(redis, 'close')
    first.process.kill('SIGKILL')
    await closed
    const back = heard(redis, 'ready')
    const restarted = await startKeeping(t, server, folder, first.port)
    await back
    t.ok((await redis.keys(`${namespace}:e:*`)).length > 0, 'the old entry is there again')
    const fresh = another({ store: redisStore(await connect(t, restarted.url)), namespace }).cached
    t.equal((await read(fresh))?.name, 'after', 'nor by a process that has just started')
    t.equal((await read())?.name, 'after')
    t.same((await observe(read)).outcomes, ['hit'])
  })

  t.test(
    `sentinels give the service another master, which is not believed where it missed a drop (${server.name})`,
    async (t) => {
      const { master, link, address, replica } = await startReplicated(t, server)
      const redis = await connect(t, await startSentinels(t, server, address))
      const { cached } = await createClients(t, { store: redisStore(redis), namespace: 'guarded' })
      const { id } = await cached.author.create({ data: { name: 'before' } })
      const read = () => cached.author.findUnique({ where: { id } })
      await read()
      const admin = await connect(t, replica.url)
      while ((await admin.keys('guarded:e:*')).length === 0) {
        // It is on its way.
      }
      await link.hold(fromReplica)
      await cached.author.update({ where: { id }, data: { name: 'after' } })
      const closed = heard(redis, 'close')
      const back = heard(redis, 'ready')
      master.process.kill('SIGKILL')
      await closed
      t.equal((await read())?.name, 'after')
      await back
      t.equal((await read())?.name, 'after')
      for (;;) {
        const { result, outcomes } = await observe(read)
        t.equal(result?.name, 'after')
        if (outcomes[0] === 'hit') break
      }
      t.match(await admin.info('replication'), /role:master/)
    },
  )

  t.test(`a replica that takes over without the last drops is not believed (${server.name})`, async (t) => {
    const { master, link, replica } = await startReplicated(t, server)
    const redis = await connect(t, master.url)
    const { cached, connect: another } = await createClients(t, {
      store: redisStore(redis),
      namespace: 'shared',
    })
    const { id } = await cached.author.create({ data: { name: 'before' } })
    const read = (client = cached) => client.author.findUnique({ where: { id } })
    await read()
    const admin = await connect(t, replica.url)
    while ((await redis.wait(1, 100)) === 0) {
      // It is still getting the first copy.
    }
    await link.hold(fromReplica)
    await cached.author.update({ where: { id }, data: { name: 'after' } })
    master.process.kill('SIGKILL')
    await admin.replicaof('NO', 'ONE')
    t.ok((await admin.keys('shared:v:*')).length > 0, 'it has the versions that were dropped')
    const promoted = another({ store: redisStore(await connect(t, replica.url)), namespace: 'shared' }).cached
    t.equal((await read(promoted))?.name, 'after')
  })

  t.test(`a replica, which lags behind, is not believed (${server.name})`, async (t) => {
    const { master, link, replica } = await startReplicated(t, server)
    const redis = await connect(t, master.url)
    const { cached, connect: another } = await createClients(t, {
      store: redisStore(redis),
      namespace: 'lagging',
    })
    const { id } = await cached.author.create({ data: { name: 'before' } })
    const read = (client = cached) => client.author.findUnique({ where: { id } })
    await read()
    while ((await redis.hlen('lagging:intents')) > 0 || (await redis.wait(1, 100)) === 0) {
      // It is still getting the first copy.
    }
    await link.hold(fromReplica)
    const reader = await connect(t, replica.url)
    const behind = another({ store: redisStore(reader), namespace: 'lagging' }).cached
    await cached.author.update({ where: { id }, data: { name: 'after' } })
    t.ok((await reader.keys('lagging:v:*')).length > 0, 'it has the versions that were dropped')
    t.equal((await read(behind))?.name, 'after')
  })

  t.test(
    `a drop that a deposed master took is made up for by the process that made it (${server.name})`,
    async (t) => {
      const { master, replica } = await startReplicated(t, server)
      const address = new Link(master.url)
      const url = `redis://${await address.listen(t)}`
      const redis = await connect(t, url)
      const { cached, connect: another } = await createClients(t, {
        store: redisStore(redis),
        namespace: 'split',
      })
      const { id } = await cached.author.create({ data: { name: 'before' } })
      const read = (client = cached) => client.author.findUnique({ where: { id } })
      await read()
      while ((await redis.wait(1, 100)) === 0) {
        // It is still getting the first copy.
      }
      await (await connect(t, replica.url)).replicaof('NO', 'ONE')
      address.lead(replica.url)
      const other = another({ store: redisStore(await connect(t, url)), namespace: 'split' }).cached
      await read(other)
      t.same((await observe(() => read(other))).outcomes, ['hit'], 'another process has moved on')
      await cached.author.update({ where: { id }, data: { name: 'after' } })
      t.equal(cached.$cache.stats().owed, 0, 'the deposed master takes the drop')

      const back = heard(redis, 'ready')
      address.cut()
      await back
      t.equal((await read())?.name, 'after')
      t.equal((await read(other))?.name, 'after')
    },
  )
}
