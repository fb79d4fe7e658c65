import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import { type Hottest, hottest, keptPages } from '../admin/hottest.ts'
import { serversOf } from '../admin/redis-state.ts'
import { argumentJson } from '../cache/index.ts'
import type { Config } from '../config.ts'
import { schema } from '../generated/cache-schema.ts'
import type { RecentDrops } from './recent-drops.ts'
import type { HotState, SnapshotState } from './schemas.ts'
import type { Traffic } from './traffic.ts'

const MEGABYTE = 1024 * 1024

/** Milliseconds that Redis may take to tell how it is. */
const PATIENCE = 1000

/** How many of the hottest entries are told of, and milliseconds after which they are asked for again. */
const HOTTEST = 10
const HOT_PAUSE = 2000

/** Tells how the cache is at the moment, as this process sees it. */
export function createSnapshots(app: FastifyInstance, config: Config, traffic: Traffic, drops: RecentDrops) {
  const { prisma, store } = app
  const kept = keptPages(prisma)
  let hot: HotState[] = []
  let hotAt = Number.NEGATIVE_INFINITY
  const hotNow = async () => {
    if (performance.now() - hotAt < HOT_PAUSE) return hot
    hotAt = performance.now()
    hot = (await hottest(prisma, HOTTEST, kept).catch(() => [])).map(hotState)
    return hot
  }
  return async (): Promise<SnapshotState> => {
    const [state, servers, hot] = await Promise.all([
      soon(store.state(), 'unreachable'),
      store.redis ? soon(serversOf(store.redis), []) : [],
      hotNow(),
    ])
    return {
      process: { host: hostname(), pid: process.pid, uptimeSeconds: Math.floor(process.uptime()) },
      requests: traffic.window(),
      cache: { ...prisma.$cache.stats(), nearLimit: config.CACHE_NEAR * MEGABYTE },
      store: { state, servers },
      hot,
      drops: drops.list(),
      models: Object.keys(schema.models),
    }
  }
}

const hotState = ({ page, query, reads, tags, stored }: Hottest): HotState => ({
  name: page ?? `${query?.model}.${query?.operation}(${argumentJson(query?.args)})`,
  reads,
  tags: [...tags],
  ...(stored && {
    stored: { bytes: stored.bytes, ...(stored.age !== undefined && { age: stored.age }) },
  }),
})

/** What comes within the time that it may take, or something else. */
function soon<T>(answer: Promise<T>, otherwise: NoInfer<T>): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE, otherwise)
    answer.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer))
  })
}
