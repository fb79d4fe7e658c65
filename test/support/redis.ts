import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { findRedisServers, type RedisService, startRedis as start } from '../../scripts/services/redis.ts'
import { given } from './database.ts'

/** The URL of the Redis that all test files share. */
export const redisUrl = (): string => given('TEST_REDIS_URL')

/** A namespace of the test's own in the shared Redis. */
export const createNamespace = (): string => `test-${randomUUID()}`

/** A connection to a Redis, closed when the test ends; to the shared one by default. */
export function connectRedis(t: Test, url = redisUrl()): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, lazyConnect: true, commandTimeout: 2000 })
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  return redis
}

export interface RedisServer {
  /** `redis-server` or `valkey-server`. */
  readonly name: string
  readonly path: string
}

/** All servers that are installed: what is promised of Redis is to hold on each. */
export const redisServers: readonly RedisServer[] = findRedisServers().map((path) => ({
  name: basename(path),
  path,
}))

/** A Redis of the test's own, to be harmed. */
export async function startRedis(
  t: Test,
  port?: number,
  more: readonly string[] = [],
  server = redisServers[0],
): Promise<RedisService> {
  if (!server) throw new Error('run this file with `npm test -- FILE`, which finds a Redis server')
  const redis = await start(server.path, port, more)
  t.teardown(() => redis.stop())
  return redis
}
