import { setTimeout } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { type ServerState, serversOf } from '../admin/redis-state.ts'
import { bytesText, shareText } from './cache-lines.ts'

/** What went on in Redis since the line before. */
export interface Watched {
  /** ISO 8601. */
  readonly time: string
  readonly reached: boolean
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  /** Bytes, now. */
  readonly memory: number
  /** Writes of all processes under way, now. */
  readonly openWrites: number
}

/**
 * Looks at Redis now and then, until it is told to stop. A Redis that is away is said to be, and looked for again.
 *
 * @param seconds between two looks
 */
export async function watchCache(
  redis: Redis | Cluster,
  { namespace, seconds, signal }: { namespace: string; seconds: number; signal: AbortSignal },
  tell: (watched: Watched) => void,
): Promise<void> {
  let before = sumOf(await serversOf(redis))
  while (await rest(seconds, signal)) {
    const time = new Date().toISOString()
    try {
      const [servers, openWrites] = await Promise.all([serversOf(redis), redis.hlen(`${namespace}:intents`)])
      const now = sumOf(servers)
      // One that was started anew counts from the start.
      const since = (name: 'hits' | 'misses' | 'evictions') =>
        now[name] < before[name] ? now[name] : now[name] - before[name]
      const counts = { hits: since('hits'), misses: since('misses'), evictions: since('evictions') }
      tell({ time, reached: true, ...counts, memory: now.memory, openWrites })
      before = now
    } catch {
      tell({ time, reached: false, hits: 0, misses: 0, evictions: 0, memory: 0, openWrites: 0 })
    }
  }
}

export function watchLine({ time, reached, hits, misses, evictions, memory, openWrites }: Watched): string {
  const clock = time.slice(11, 19)
  if (!reached) return `${clock}  Redis cannot be reached`
  const cells = [
    `found ${hits}`.padEnd(12),
    `not found ${misses}`.padEnd(16),
    shareText(hits, misses).padEnd(8),
    `evicted ${evictions}`.padEnd(11),
    bytesText(memory).padEnd(11),
    `writes under way ${openWrites}`,
  ]
  return [clock, ...cells].join('  ')
}

/** Whether it may go on. */
const rest = (seconds: number, signal: AbortSignal): Promise<boolean> =>
  setTimeout(seconds * 1000, true, { signal }).catch(() => false)

const sumOf = (servers: readonly ServerState[]) => ({
  hits: sum(servers.map(({ hits }) => hits)),
  misses: sum(servers.map(({ misses }) => misses)),
  evictions: sum(servers.map(({ evictions }) => evictions)),
  memory: sum(servers.map(({ memory }) => memory)),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
