import type { Cluster, Redis } from 'ioredis'
import { connectSoon, createRedis } from '../redis.ts'

/** Milliseconds that it may take: longer than a connection that is silent, so that this is told. */
const PATIENCE = 3000

/**
 * Connects. Sentinels that are away would be asked for ever.
 *
 * @param url the one that the connection is made to
 * @throws an Error in one line that says where Redis cannot be reached, and why
 */
export async function reachRedis(redis: Redis | Cluster, url: string): Promise<void> {
  let why = 'it does not answer'
  redis.on('error', ({ message }: Error) => {
    why = message
  })
  await connectSoon(redis, PATIENCE)
  if (redis.status !== 'ready') throw new Error(`Redis cannot be reached at ${hostOf(url)}: ${why}`)
}

/** @throws what `reachRedis` throws */
export async function checkRedis(url: string): Promise<void> {
  const redis = createRedis(url)
  await reachRedis(redis, url).finally(() => redis.disconnect())
}

/** Where a Redis is, without its password. */
const hostOf = (url: string): string => url.replace(/^[^:]+:\/\/(?:.*@)?([^/]*).*$/, '$1')
