import type { Cluster, Redis } from 'ioredis'
import { CacheOptionError } from './options.ts'
import type { Store } from './store.ts'

/**
 * A store in Redis, shared by all processes that use the same one.
 *
 * The connection is the caller's, with its timeouts: give it `enableOfflineQueue: false` and a `commandTimeout`, or a
 * Redis that is down or hangs will hold up every read.
 */
export function redisStore(redis: Redis | Cluster): Store {
  if (typeof redis?.unlink !== 'function')
    throw new CacheOptionError('redisStore() needs a connection of ioredis, to a Redis or a cluster')
  const each = async (keys: readonly string[], command: (key: string) => Promise<unknown>) => {
    await Promise.all(keys.map(command))
  }
  /** A cluster refuses a command on keys of several slots; there they go one by one, in one pipeline a node. */
  const get = async (keys: readonly string[]): Promise<(string | null)[]> => {
    if (keys.length === 0) return []
    return redis.isCluster ? Promise.all(keys.map((key) => redis.get(key))) : redis.mget([...keys])
  }
  return {
    get,
    async pin(keys, text, seconds) {
      await each(keys, (key) => redis.set(key, text, 'EX', seconds, 'NX'))
      return get(keys)
    },
    async set(key, text, seconds) {
      await redis.set(key, text, 'EX', seconds)
    },
    async drop(keys) {
      if (keys.length === 0) return
      if (redis.isCluster) await each(keys, (key) => redis.unlink(key))
      else await redis.unlink([...keys])
    },
  }
}
