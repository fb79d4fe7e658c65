import { randomUUID } from 'node:crypto'
import { Cluster, type Redis } from 'ioredis'
import { CacheOptionError } from './options.ts'
import { answered } from './redis-answers.ts'
import { redisRanks } from './redis-ranks.ts'
import { type Origin, type Store, StoreRefusalError } from './store.ts'

/**
 * A store in Redis, shared by all processes that use the same one.
 *
 * The connection is the caller's: give it `enableOfflineQueue: false`, so that commands fail at once while there is none.
 */
export function redisStore(redis: Redis | Cluster): Store {
  if (typeof redis?.unlink !== 'function')
    throw new CacheOptionError('redisStore() needs a connection of ioredis, to a Redis or a cluster')
  const each = async (keys: readonly string[], command: (key: string) => Promise<unknown>) => {
    await Promise.all(keys.map(command))
  }
  /** A cluster refuses a command on keys of several slots; there they go one by one. */
  const get = async (keys: readonly string[]): Promise<(string | null)[]> => {
    if (keys.length === 0) return []
    // Not GET, which fails on what is no text.
    return redis.isCluster
      ? (await Promise.all(keys.map((key) => redis.mget(key)))).flat()
      : redis.mget([...keys])
  }
  const drop = async (keys: readonly string[]) => {
    if (keys.length === 0) return
    if (redis.isCluster) await each(keys, (key) => redis.unlink(key))
    else await redis.unlink([...keys])
  }
  const origin = originOf(redis)
  return {
    origin,
    notes: {
      put: async (key, name, text) => void (await answered(redis.hset(key, name, text))),
      remove: async (key, names) => void (await answered(redis.hdel(key, ...names))),
      all: (key) => answered(redis.hgetall(key)),
      claim: async (key, milliseconds) =>
        (await answered(redis.set(key, '', 'PX', milliseconds, 'NX'))) !== null,
      beat: async (key, milliseconds) => void (await answered(redis.set(key, '', 'PX', milliseconds))),
    },
    async get(keys) {
      const connection = origin.connection()
      const texts = await answered(get(keys))
      // A connection of the caller's may send again what another server did not answer.
      if (origin.connection() !== connection) throw new Error('the connection to Redis was lost')
      return texts
    },
    drop: (keys) => answered(drop(keys)),
    pin: (keys, text, seconds) => answered(pin(keys, text, seconds)),
    set: async (key, text, seconds) => void (await answered(redis.set(key, text, 'EX', seconds))),
    async life(key) {
      const milliseconds = await answered(redis.pttl(key))
      return milliseconds < 0 ? undefined : milliseconds / 1000
    },
    ranks: redisRanks(redis),
  }

  async function pin(keys: readonly string[], text: string, seconds: number) {
    await each(keys, (key) => redis.set(key, text, 'EX', seconds, 'NX'))
    const pinned = await get(keys)
    // What is there and no text stands in the way of every later one.
    await drop(keys.filter((_, index) => pinned[index] === null))
    return pinned
  }
}

/** Redis gives a server another replication id when it starts, and a replica when it takes a master's place. */
function originOf(redis: Redis | Cluster): Origin {
  let connections = 0
  const lost = () => {
    connections++
  }
  redis.on('close', lost)
  if (redis instanceof Cluster) {
    for (const node of redis.nodes()) node.on('close', lost)
    redis.on('+node', (node: Redis) => node.on('close', lost))
    redis.on('-node', lost)
  }
  const masters = () => (redis instanceof Cluster ? redis.nodes('master') : [redis])
  return {
    connection: () => connections,
    servers: () =>
      Promise.all(
        masters().map(async (server) => {
          try {
            const id = /^master_replid:(\w+)/m.exec(await answered(server.info('replication')))?.[1]
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
