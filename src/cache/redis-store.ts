import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { gatherWrites } from './gathered-writes.ts'
import { CacheOptionError } from './options.ts'
import { answered } from './redis-answers.ts'
import { isCluster, nodesOf } from './redis-nodes.ts'
import { redisRanks } from './redis-ranks.ts'
import { type Origin, type Store, StoreRefusalError } from './store.ts'

/**
 * A store in Redis, shared by all processes that use the same one.
 *
 * The connection is the caller's: give it `enableOfflineQueue: false`, so that commands fail at once while there is none.
 */
export function redisStore(redis: Redis | Cluster): Store {
  // The clients of other libraries have its commands too, with other arguments.
  if (typeof redis?.isCluster !== 'boolean')
    throw new CacheOptionError('redisStore() needs a connection of ioredis, to a Redis or a cluster')
  if (isCluster(redis) && redis.options.scaleReads !== 'master')
    throw new CacheOptionError('redisStore(): scaleReads must be master, as replicas lag behind')
  if (redis.options.enableAutoPipelining)
    throw new CacheOptionError(
      'redisStore(): enableAutoPipelining must be off: what a write notes would leave after its statement',
    )
  const each = async (keys: readonly string[], command: (key: string) => Promise<unknown>) => {
    await Promise.all(keys.map(command))
  }
  /** A cluster refuses a command on keys of several slots; there they go one by one. */
  const get = async (keys: readonly string[]): Promise<(string | null)[]> => {
    if (keys.length === 0) return []
    // Not GET, which fails on what is no text.
    return isCluster(redis)
      ? (await Promise.all(keys.map((key) => redis.mget(key)))).flat()
      : redis.mget([...keys])
  }
  const drop = async (keys: readonly string[]) => {
    if (keys.length === 0) return
    if (isCluster(redis)) await each(keys, (key) => redis.unlink(key))
    else await redis.unlink([...keys])
  }
  const origin = originOf(redis)
  const writes = gatherWrites(redis)
  const sent = <T>(command: () => Promise<T>): Promise<T> => {
    writes.hold()
    return answered(command())
  }
  return {
    origin,
    notes: {
      async put(key, name, text) {
        const answer = sent(() => redis.hset(key, name, text))
        // It is to be on its way before the statement is that it is about.
        writes.release()
        await answer
      },
      remove: async (key, names) => void (await sent(() => redis.hdel(key, ...names))),
      all: (key) => sent(() => redis.hgetall(key)),
      claim: async (key, milliseconds) =>
        (await sent(() => redis.set(key, '', 'PX', milliseconds, 'NX'))) !== null,
      beat: async (key, milliseconds) => void (await sent(() => redis.set(key, '', 'PX', milliseconds))),
    },
    async get(keys) {
      const connection = origin.connection()
      const texts = await sent(() => get(keys))
      // A connection of the caller's may send again what another server did not answer.
      if (origin.connection() !== connection) throw new Error('the connection to Redis was lost')
      return texts
    },
    drop: (keys) => sent(() => drop(keys)),
    pin: (keys, text, seconds) => sent(() => Promise.all(keys.map((key) => pin(key, text, seconds)))),
    set: async (key, text, seconds) => void (await sent(() => redis.set(key, text, 'EX', seconds))),
    async life(key) {
      const milliseconds = await sent(() => redis.pttl(key))
      return milliseconds < 0 ? undefined : milliseconds / 1000
    },
    ranks: redisRanks(redis, sent),
  }

  async function pin(key: string, text: string, seconds: number): Promise<string | null> {
    try {
      return (await redis.set(key, text, 'EX', seconds, 'NX', 'GET')) ?? text
    } catch (error) {
      if (!isWrongType(error)) throw error
      // What is there and no text stands in the way of every later one.
      await redis.unlink(key)
      return null
    }
  }
}

const isWrongType = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('WRONGTYPE')

/** Redis gives a server another replication id when it starts, and a replica when it takes a master's place. */
function originOf(redis: Redis | Cluster): Origin {
  let connections = 0
  const lost = () => {
    connections++
  }
  redis.on('close', lost)
  if (isCluster(redis)) {
    for (const node of redis.nodes()) node.on('close', lost)
    redis.on('+node', (node: Redis) => node.on('close', lost))
    redis.on('-node', lost)
  }
  return {
    connection: () => connections,
    servers: () =>
      Promise.all(
        nodesOf(redis, 'master').map(async (server) => {
          try {
            const info = await answered(server.info('replication'))
            // It has its master's id, and tells what was there a while ago.
            if (/^role:slave/m.test(info)) throw new Error('this Redis is a replica')
            const id = /^master_replid:(\w+)/m.exec(info)?.[1]
            if (id !== undefined) return id
          } catch (error) {
            if (!(error instanceof StoreRefusalError)) throw error
          }
          // One that does not say who it is counts as another one at each new connection.
          return randomUUID()
        }),
      ),
  }
}
