import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findRedisServer, startRedis } from '../../scripts/services/redis.ts'
import { redisStore } from '../../src/cache/index.ts'
import { createRedis } from '../../src/redis.ts'
import { createClients, observe } from '../support/client.ts'
import { Link } from '../support/link.ts'
import { createNamespace } from '../support/redis.ts'

/** A Redis that keeps its data in a folder of the test's own. */
async function startKeeping(t: Test, folder: string, port?: number, more: readonly string[] = []) {
  const server = findRedisServer()
  if (!server) throw new Error('run this file with `npm test -- FILE`, which finds a Redis server')
  const redis = await startRedis(server, port, ['--dir', folder, ...more])
  t.teardown(() => redis.stop())
  return redis
}

async function connect(t: Test, url: string) {
  const redis = createRedis(url)
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  await redis.connect()
  return redis
}

async function createFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-redis-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

t.test('a Redis that comes back with an old snapshot is not believed', async (t) => {
  const folder = await createFolder(t)
  const server = await startKeeping(t, folder)
  const redis = await connect(t, server.url)
  const namespace = createNamespace()
  const { cached, connect: another } = await createClients(t, { store: redisStore(redis), namespace })
  const { id } = await cached.author.create({ data: { name: 'before' } })
  const read = (client = cached) => client.author.findUnique({ where: { id } })
  await read()
  await redis.save()
  await cached.author.update({ where: { id }, data: { name: 'after' } })

  const closed = once(redis, 'close')
  server.process.kill('SIGKILL')
  await closed
  const back = once(redis, 'ready')
  const restarted = await startKeeping(t, folder, server.port)
  await back
  t.ok((await redis.keys(`${namespace}:e:*`)).length > 0, 'the old entry is there again')
  const fresh = another({ store: redisStore(await connect(t, restarted.url)), namespace }).cached
  t.equal((await read(fresh))?.name, 'after', 'nor by a process that has just started')
  t.equal((await read())?.name, 'after')
  t.same((await observe(read)).outcomes, ['hit'])
})

t.test('a replica that takes over without the last drops is not believed', async (t) => {
  const master = await startKeeping(t, await createFolder(t), undefined, ['--repl-diskless-sync-delay', '0'])
  const link = new Link(master.url)
  const [host = '', port = ''] = (await link.listen(t)).split(':')
  const replica = await startKeeping(t, await createFolder(t), undefined, ['--replicaof', host, port])
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
  await link.hold()
  await cached.author.update({ where: { id }, data: { name: 'after' } })
  master.process.kill('SIGKILL')
  await admin.replicaof('NO', 'ONE')
  t.ok((await admin.keys('shared:v:*')).length > 0, 'it has the versions that were dropped')
  const promoted = another({ store: redisStore(await connect(t, replica.url)), namespace: 'shared' }).cached
  t.equal((await read(promoted))?.name, 'after')
})
