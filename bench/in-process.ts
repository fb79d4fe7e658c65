import { redisStore } from '../src/cache/index.ts'
import { loadConfig } from '../src/config.ts'
import { createClient, type Database } from '../src/database.ts'
import { createRedis } from '../src/redis.ts'
import { createPlain } from './clients.ts'
import { type Scene, serverEnv } from './scene.ts'
import type { Variant } from './variants.ts'

/** A client like that of a variant's servers, in this process. */
export interface Cached {
  readonly client: Database
  readonly namespace: string
  readonly end: () => Promise<void>
}

export async function createCached(scene: Scene, variant: Variant): Promise<Cached> {
  const config = loadConfig(serverEnv(scene, variant))
  const redis = createRedis(scene.redisUrl)
  redis.on('error', () => {})
  await redis.connect()
  const client = createClient(config, redisStore(redis))
  return {
    client,
    namespace: config.CACHE_NAMESPACE,
    async end() {
      await client.$cache.close()
      redis.disconnect()
      await client.$disconnect()
    },
  }
}

/** An uncached client in this process. */
export function createUncached({ databaseUrl }: Scene) {
  const client = createPlain({ DATABASE_URL: databaseUrl })
  return { client, end: () => client.$disconnect() }
}

/** The median microseconds of a call, of many one after the other, the first tenth of them not counted. */
export async function timeCalls(calls: number, call: () => unknown): Promise<number> {
  const taken: number[] = []
  for (let turn = -Math.ceil(calls / 10); turn < calls; turn++) {
    const start = process.hrtime.bigint()
    await call()
    if (turn >= 0) taken.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? Number.NaN
}
