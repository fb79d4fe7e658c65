import type { Cluster, Redis } from 'ioredis'
import type { Ranks } from './store.ts'

/**
 * Ranks in Redis, each a sorted set, with a key beside it that is gone when the set is to be halved.
 *
 * @param sent sends commands, and tells of Redis' refusals
 */
export const redisRanks = (
  redis: Redis | Cluster,
  sent: <T>(command: () => Promise<T>) => Promise<T>,
): Ranks => ({
  async add(key, counts, { most, halfLife, seconds }) {
    const halve = (await sent(() => redis.set(`${key}:halved`, '', 'PX', halfLife, 'NX'))) !== null
    await sent(() =>
      Promise.all([
        halve && redis.zunionstore(key, 1, [key, 'WEIGHTS', '0.5']),
        ...[...counts].map(([name, count]) => redis.zincrby(key, count, name)),
        redis.zremrangebyrank(key, 0, -most - 1),
        redis.expire(key, seconds),
      ]),
    )
  },
  async first(key, most) {
    const told = await sent(() => redis.zrevrange(key, 0, most - 1, 'WITHSCORES'))
    return Array.from({ length: told.length / 2 }, (_, index) => [
      told[2 * index] ?? '',
      Number(told[2 * index + 1]),
    ])
  },
})
