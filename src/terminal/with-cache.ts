import type { Cluster, Redis } from 'ioredis'
import { redisStore } from '../cache/index.ts'
import { type Config, loadConfig, loadEnvFile } from '../config.ts'
import { createClient, type Database } from '../database.ts'
import { createRedis } from '../redis.ts'
import { reachRedis } from './reach-redis.ts'

/** Milliseconds that a command to Redis may take. */
const PATIENCE = 2000

export interface CacheParts {
  readonly config: Config
  readonly redis: Redis | Cluster
  /** Has no connection before its first query. */
  readonly database: Database
}

/**
 * Lends what the service has its cache in. The environment, or `.env`, says where that is.
 *
 * @throws ConfigError where it does not
 * @throws Error where Redis cannot be reached
 */
export async function withCache<T>(work: (parts: CacheParts) => Promise<T>): Promise<T> {
  loadEnvFile()
  const config = loadConfig()
  if (config.REDIS_URL === undefined)
    throw new Error(
      'REDIS_URL is not set: the cache is in the memory of the service, where nobody else can look',
    )
  const redis = createRedis(config.REDIS_URL)
  // Who looks on is not counted, and may be far away.
  const own = { CACHE_REFILL: 0, CACHE_HOT: 0, CACHE_DEADLINE: PATIENCE }
  const database = createClient({ ...config, ...own }, redisStore(redis))
  try {
    await reachRedis(redis, config.REDIS_URL)
    return await work({ config, redis, database })
  } finally {
    await database.$cache.close()
    redis.disconnect()
    await database.$disconnect()
  }
}
