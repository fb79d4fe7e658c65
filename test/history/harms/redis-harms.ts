import { any } from '../random.ts'
import { type HarmKind, lasting, someWhile } from './kind.ts'

const POLICIES = ['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction'] as const

/** Bytes that Redis has for more than it holds already. */
const LITTLE = 100_000

/** What may happen to Redis itself. */
export const redisHarms = {
  'Redis hangs': {
    place: 'Redis',
    late: true,
    choose: (random) => {
      const milliseconds = someWhile(random)
      return ({ redis }) =>
        lasting(
          milliseconds,
          () => redis.signal('SIGSTOP'),
          () => redis.signal('SIGCONT'),
        )
    },
  },
  'Redis is killed': {
    place: 'Redis',
    late: true,
    choose: (random) => {
      const milliseconds = someWhile(random)
      return ({ redis }) =>
        lasting(
          milliseconds,
          () => redis.kill(),
          () => redis.startAgain(false),
        )
    },
  },
  'Redis comes back with an old snapshot': {
    place: 'Redis',
    late: true,
    choose: (random) => {
      const [since, gone] = [someWhile(random), someWhile(random)]
      return async ({ redis }) => {
        await lasting(
          since,
          () => redis.admin.save(),
          () => redis.kill(),
        )
        await lasting(
          gone,
          () => {},
          () => redis.startAgain(true),
        )
      }
    },
  },
  'CLIENT PAUSE': {
    place: 'Redis',
    late: true,
    choose: (random) => {
      const milliseconds = someWhile(random)
      // The command after it is answered when the pause is over.
      return async ({ redis }) => {
        await redis.admin.call('CLIENT', 'PAUSE', String(milliseconds))
        await redis.admin.ping()
      }
    },
  },
  FLUSHALL: {
    place: 'Redis',
    late: false,
    choose: (random) => {
      const times = 1 + random(20)
      return async ({ redis }) => {
        for (let time = 0; time < times; time++) await redis.admin.flushall()
      }
    },
  },
  'memory runs out': {
    place: 'Redis',
    late: false,
    choose: (random) => {
      const policy = any(random, POLICIES)
      const milliseconds = someWhile(random)
      return ({ redis: { admin } }) =>
        lasting(
          milliseconds,
          async () => {
            const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
            await admin.config('SET', 'maxmemory-policy', policy, 'maxmemory', String(used + LITTLE))
          },
          () => admin.config('SET', 'maxmemory', '0'),
        )
    },
  },
} as const satisfies Record<string, HarmKind>
