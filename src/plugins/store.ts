import fastifyRedis from '@fastify/redis'
import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'
import type { Cluster, Redis } from 'ioredis'
import { memoryStore, redisStore } from '../cache/index.ts'
import type { Config } from '../config.ts'
import { connectSoon, createRedis } from '../redis.ts'

declare module 'fastify' {
  interface FastifyInstance {
    store: ReturnType<typeof createStore>
  }
}

/** Where the cache lives, and how it is. */
function createStore(config: Config, redis: Redis | Cluster | undefined) {
  const reached = async () =>
    redis?.ping().then(
      () => true,
      () => false,
    ) ?? false
  return {
    cache: redis ? redisStore(redis) : memoryStore(),
    /** The connection, where there is one. */
    redis,
    /** Whether there is a connection to Redis now. */
    connected: () => redis?.status === 'ready',
    /** Whether there is a Redis that answers. */
    reached,
    async state(): Promise<'redis' | 'memory' | 'off' | 'unreachable'> {
      if (config.CACHE === 'off') return 'off'
      if (!redis) return 'memory'
      return (await reached()) ? 'redis' : 'unreachable'
    },
  }
}

/** The store of the cache: Redis where there is one, otherwise this process's memory. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const { REDIS_URL } = config
    if (REDIS_URL === undefined) {
      app.log.warn('REDIS_URL is not set: the cache lives in this process alone, so run no other beside it')
      app.decorate('store', createStore(config, undefined))
      return
    }
    const redis = createRedis(REDIS_URL)
    logChanges(redis, app.log)
    // It is ours to close: `quit`, which @fastify/redis would call, rejects where the connection is gone.
    app.addHook('onClose', async () => redis.disconnect())
    await connectSoon(redis)
    // That plugin waits for a Redis that is down until its own start times out.
    if (redis.status === 'ready') await app.register(fastifyRedis, { client: redis })
    app.decorate('store', createStore(config, redis))
  },
  { name: 'store', fastify: '5.x' },
)

/** Says when Redis goes and when it comes back, not each time that it is still gone. */
function logChanges(redis: Redis | Cluster, log: FastifyBaseLogger): void {
  let reachable: boolean | undefined
  const change = (now: boolean, say: () => void) => {
    if (reachable !== now) say()
    reachable = now
  }
  redis.on('ready', () => change(true, () => log.info('Redis is reached')))
  redis.on('error', (error: Error) =>
    change(false, () =>
      log.error({ reason: error.message }, 'Redis cannot be reached: answering from the database'),
    ),
  )
}
