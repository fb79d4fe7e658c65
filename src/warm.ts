import type { FastifyInstance } from 'fastify'
import type { Outcome } from './cache/index.ts'
import { outcomeOf } from './cache-status.ts'
import { askItself } from './own-requests.ts'
import { ofError } from './problems/of-error.ts'
import { listToWarm, type ToWarm } from './warm-list.ts'

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
  /** That are there no more: what was read most may have been deleted, or be of another schema. */
  readonly gone: number
}

/** So many are asked for at once. */
const AT_ONCE = 4

/**
 * Fills the cache with what clients ask for first, pages through the very routes that they use.
 *
 * @throws an Error where it cannot be found out what that is
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

async function warmItem(app: FastifyInstance, item: ToWarm): Promise<keyof Warmed> {
  if ('url' in item) return warmPage(app, item.url)
  try {
    return resultOf(await app.prisma.$cache.refill(item.query))
  } catch (error) {
    return ofError(error).code === 'unavailable' ? 'failed' : 'gone'
  }
}

async function warmPage(app: FastifyInstance, url: string): Promise<keyof Warmed> {
  const { statusCode, headers } = await askItself(app, url)
  // One that takes too long, or fails, keeps none of the others from being warmed.
  if (statusCode >= 500) return 'failed'
  return statusCode === 200 ? resultOf(outcomeOf(headers['cache-status'])) : 'gone'
}

function resultOf(outcome: Outcome | undefined): keyof Warmed {
  if (outcome === 'hit') return 'already'
  return outcome === 'stored' ? 'stored' : 'failed'
}
