import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Start } from '../scripts/services/run-command.ts'
import { startTestbed } from '../scripts/services/testbed.ts'
import { fillDatabase, type Popular } from './catalogue.ts'
import { type Child, startChild } from './channel.ts'
import type { LoadJobs } from './load.ts'
import type { Options } from './options.ts'
import type { ServerJobs } from './server.ts'
import { VARIANTS, type Variant } from './variants.ts'

/** A variant that runs in a process of its own. */
export interface Server {
  readonly variant: Variant
  readonly url: string
  readonly child: Child<ServerJobs>
}

/** All that the measures are taken of, and with. */
export interface Scene {
  readonly options: Options
  /** The variants that are measured. */
  readonly variants: readonly Variant[]
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly redis: Redis
  readonly popular: Popular
  readonly load: Child<LoadJobs>
  /** The first part of every key. */
  readonly prefix: string
  /** Starts another server, to be stopped by whoever starts it; otherwise it is at the end. */
  startServer(variant: Variant): Promise<Server>
  /** Removes what the variants have in Redis, or those other keys. */
  clear(keys?: typeof UNRELATED_KEYS): Promise<void>
  say(line: string): void
}

/** How what comes after the prefix begins, in the variants' keys and in those that nothing depends on. */
const VARIANT_KEYS = '_of_'
export const UNRELATED_KEYS = '_unrelated_'

const SCAN_COUNT = 5000

export async function createScene(start: Start, options: Options): Promise<Scene> {
  // A database of our own on the server that DATABASE_URL names, where there is one.
  process.env.TEST_DATABASE_URL ||= process.env.DATABASE_URL || ''
  // What is timed in this process must be as it is in the servers, and Prisma asks for this.
  process.env.NODE_ENV = 'production'
  const { databaseUrl, redisUrl } = await startTestbed(start)
  const prefix = `bench_${randomUUID().replaceAll('-', '')}`
  const redis = new Redis(redisUrl)
  await start(async () => ({ stop: () => clearKeys(redis, `${prefix}*`).finally(() => redis.disconnect()) }))
  const load = await start(async () => startChild<LoadJobs>('./load.ts'))
  const say = (line: string) => console.log(line)
  say(
    options.file === undefined ? `the sample, scaled to ${options.books} books` : 'the catalogue of the file',
  )
  const popular = await fillDatabase(databaseUrl, options.file, options.books)

  return {
    options,
    variants: VARIANTS.filter(({ name }) => options.variants.includes(name)),
    databaseUrl,
    redisUrl,
    redis,
    popular,
    load,
    prefix,
    say,
    clear: (keys) => clearKeys(redis, `${prefix}${keys ?? VARIANT_KEYS}*`),
    async startServer(variant) {
      const env = serverEnv({ databaseUrl, redisUrl, prefix }, variant)
      const child = await start(async () => startChild<ServerJobs>('./server.ts', [variant.name], env))
      return { variant, child, url: await child.ask('listen', null) }
    },
  }
}

/** The variables of a variant's process: those of a service in production that refuses nobody. */
export const serverEnv = (
  { databaseUrl, redisUrl, prefix }: Pick<Scene, 'databaseUrl' | 'redisUrl' | 'prefix'>,
  { name, env }: Variant,
): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  // One of the variants makes snake case of it.
  CACHE_NAMESPACE: `${prefix}${VARIANT_KEYS}${name.replaceAll('-', '_')}`,
  RATE_LIMIT: 'off',
  MAX_DELAY: '3600000',
  LOG_LEVEL: 'silent',
  NODE_ENV: 'production',
  ...env,
})

async function clearKeys(redis: Redis, match: string): Promise<void> {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT)
    if (keys.length > 0) await redis.unlink(keys)
    cursor = next
  } while (cursor !== '0')
}
