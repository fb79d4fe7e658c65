import { memoryStore, redisStore } from '../cache/index.ts'
import { loadConfig, loadEnvFile } from '../config.ts'
import { createClient, type Database } from '../database.ts'
import { createRedis } from '../redis.ts'
import { reachRedis } from './reach-redis.ts'

/**
 * Lends a client that writes as the service does: into the same database, and through the cache that it reads from.
 * The environment, or `.env`, says which these are.
 *
 * @throws ConfigError where it does not
 * @throws Error where one of them cannot be reached, or where Redis was lost on the way
 */
export async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  loadEnvFile()
  const config = loadConfig()
  const redis = config.REDIS_URL === undefined ? undefined : createRedis(config.REDIS_URL)
  const database = createClient(config, redis ? redisStore(redis) : memoryStore())
  try {
    if (redis && config.REDIS_URL !== undefined)
      await reachRedis(redis, config.REDIS_URL).catch(() => {
        throw new Error(
          'Redis cannot be reached, and what it holds would go stale: start it, or mend or unset REDIS_URL',
        )
      })
    await checkDatabase(database)
    if (!redis)
      console.log('REDIS_URL is not set: a service that runs meanwhile does not hear of what is written here')
    const result = await work(database)
    await settle(database)
    return result
  } finally {
    await database.$cache.close()
    redis?.disconnect()
    await database.$disconnect()
  }
}

/** Throws what is wrong with a database that cannot be reached, or that has no tables. */
export async function checkDatabase(database: Database): Promise<void> {
  // Within a transaction, as then the cache is not asked.
  await database.$transaction(({ book }) => book.findFirst({ select: { id: true } }))
}

/** Makes up for what could not be dropped while Redis was away for a moment. */
async function settle(database: Database): Promise<void> {
  if (database.$cache.stats().owed === 0) return
  await database.$cache.drop().catch(() => {
    throw new Error(
      'all was written, but Redis was lost and may hold what it replaced: flush it before it is used',
    )
  })
}
