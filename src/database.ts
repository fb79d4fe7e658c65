import { PrismaPg } from '@prisma/adapter-pg'
import { cache, type Store } from './cache/index.ts'
import type { Config } from './config.ts'
import { schema } from './generated/cache-schema.ts'
import { PrismaClient } from './generated/prisma/client.ts'

export type Database = ReturnType<typeof createClient>

/** After so many milliseconds without a connection, the database counts as out of reach. */
const CONNECTION_TIMEOUT = 5000

/** Milliseconds after which the server looks whether the client of a statement is still there, or it would be in vain. */
const CLIENT_CHECK = 100

/**
 * The Prisma client that the service and the scripts share. It connects at its first query; whoever creates it calls
 * `$disconnect`.
 *
 * @param store what the processes that share the database's cache share, too: a write through one of them drops there
 * what the others have read
 */
export function createClient(
  config: Pick<Config, 'DATABASE_URL' | 'DATABASE_TIMEOUT' | Extract<keyof Config, `CACHE${string}`>>,
  store: Store,
) {
  const adapter = new PrismaPg({
    connectionString: config.DATABASE_URL,
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    ...(config.DATABASE_TIMEOUT !== 'off' && {
      statement_timeout: config.DATABASE_TIMEOUT,
      options: `-c client_connection_check_interval=${CLIENT_CHECK}`,
    }),
  })
  return new PrismaClient({ adapter }).$extends(
    cache({
      schema,
      store,
      namespace: config.CACHE_NAMESPACE,
      near: config.CACHE_NEAR,
      refill: config.CACHE_REFILL,
      hot: config.CACHE_HOT,
      bypass: config.CACHE === 'off',
      refuseWrites: config.CACHE_DOWN_WRITES === 'refuse',
      ...(config.CACHE_TTL !== undefined && { ttl: config.CACHE_TTL }),
      ...(config.CACHE_DEADLINE !== undefined && { deadline: config.CACHE_DEADLINE }),
      ...(config.CACHE_CRASH_BOUND !== undefined && { crashBound: config.CACHE_CRASH_BOUND }),
    }),
  )
}
