import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { schema } from '../generated/cache-schema.ts'
import type { RecentDrops } from './recent-drops.ts'
import { statesOf } from './redis-state.ts'
import type { SnapshotState } from './schemas.ts'
import type { Traffic } from './traffic.ts'

/** How the cache is at a moment, as this process sees it. */
export function createSnapshots(app: FastifyInstance, config: Config, traffic: Traffic, drops: RecentDrops) {
  const storeState = async (): Promise<SnapshotState['store']> => {
    const { redis } = app.store
    if (!redis) return { kind: 'memory', asked: 0, servers: [] }
    const { asked, told } = await statesOf(redis)
    return { kind: 'redis', asked, servers: told }
  }
  return async (): Promise<SnapshotState> => ({
    store: await storeState(),
    process: { host: hostname(), pid: process.pid, uptimeSeconds: Math.floor(process.uptime()) },
    requests: traffic.window(),
    cache: { on: config.CACHE === 'on', near: config.CACHE_NEAR, ...app.prisma.$cache.stats() },
    drops: drops.list(),
    models: Object.keys(schema.models),
  })
}
