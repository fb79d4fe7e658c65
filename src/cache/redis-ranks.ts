import type { Cluster, Redis } from 'ioredis'
import { answered } from './redis-answers.ts'
import type { Ranks } from './store.ts'

/** Ranks in Redis, each a sorted set, with a key beside it that is gone when the set is to be halved. */
export const redisRanks = (redis: Redis | Cluster): Ranks => ({
  async add(key, counts, { most, halfLife, seconds }) {
    const halve = (await answered(redis.set(`${key}:halved`, '', 'PX', halfLife, 'NX'))) !== null
    await answered(
      Promise.all([
        halve && redis.zunionstore(key, 1, [key, 'WEIGHTS', '0.5']),
        ...[...counts].map(([name, count]) => redis.zincrby(key, count, name)),
        redis.zremrangebyrank(key, 0, -most - 1),
        redis.expire(key, seconds),
      ]),
    )
  },
  async first(key, most) {
    const told = await answered(redis.zrevrange(key, 0, most - 1, 'WITHSCORES'))
    return Array.from({ length: told.length / 2 }, (_, index) => [
      told[2 * index] ?? '',
      Number(told[2 * index + 1]),
    ])
  },
})
