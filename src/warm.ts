import type { FastifyInstance } from 'fastify'
import { outcomeOf } from './cache-status.ts'
import { get, listToWarm, type ToWarm } from './warm-list.ts'

export interface WarmOptions {
  /** How many of the most rated books are warmed, with their authors and reviews. Default 100. */
  readonly top?: number
  /** How many of what all processes have read most are warmed before. Default 0. */
  readonly hot?: number
  /** Called after each page or query. */
  readonly onProgress?: (done: number, total: number, warmed: Warmed) => void
}

/** How many pages and queries. */
export interface Warmed {
  /** That are stored now, that were in the cache already, and that could not be stored. */
  readonly stored: number
  readonly already: number
  readonly failed: number
}

/** So many are asked for at once. */
const AT_ONCE = 4

/**
 * Fills the cache with what clients ask for first, pages through the very routes that they use.
 *
 * @throws an Error where a page cannot be had, with what the service says of it
 */
export async function warm(
  app: FastifyInstance,
  { top = 100, hot = 0, onProgress }: WarmOptions = {},
): Promise<Warmed> {
  const list = await listToWarm(app, { top, hot })
  const counts = { stored: 0, already: 0, failed: 0, gone: 0 }
  const waiting = list.values()
  let done = 0
  const work = async () => {
    for (const item of waiting) {
      counts[await warmItem(app, item)]++
      onProgress?.(++done, list.length, counts)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return counts
}

type Result = keyof Warmed | 'gone'

function warmItem(app: FastifyInstance, item: ToWarm): Promise<Result> {
  if ('query' in item)
    return (
      app.prisma.$cache
        .refill(item.query)
        .then((outcome) => (outcome === 'hit' ? 'already' : outcome === 'stored' ? 'stored' : 'failed'))
        // Of another schema, say: whoever asks it is told.
        .catch(() => 'gone')
    )
  return warmPage(app, item.url)
}

async function warmPage(app: FastifyInstance, url: string): Promise<Result> {
  const { statusCode, headers } = await get(app, url)
  // What was read often may have been deleted.
  if (statusCode !== 200) return 'gone'
  const outcome = outcomeOf(headers['cache-status'])
  if (outcome === 'hit') return 'already'
  return outcome === 'stored' ? 'stored' : 'failed'
}
