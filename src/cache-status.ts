import type { Outcome } from './cache/index.ts'

/** Names of reads that an answer's header tells at the most. */
const MOST_NAMES = 4

export const HIT = 'hotshelf; hit'

/**
 * The value of `Cache-Status` (RFC 9211) of an answer.
 *
 * @param outcomes how what was read for it was answered
 * @param missed the reads that the database was asked for, by model and operation
 */
export function cacheStatus(outcomes: ReadonlySet<Outcome>, missed: ReadonlySet<string> = new Set()): string {
  const detail = missed.size > 0 ? `; detail="${detailOf([...missed])}"` : ''
  if (outcomes.has('miss') || outcomes.has('failed')) return `hotshelf; fwd=miss${detail}`
  if (outcomes.has('stored')) {
    const stored = outcomes.has('bypass') ? '' : '; stored'
    return `hotshelf; fwd=miss${stored}${detail}`
  }
  return outcomes.has('bypass') ? 'hotshelf; fwd=bypass' : HIT
}

function detailOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  const told = [...names].sort().slice(0, MOST_NAMES)
  return [...told, ...(more > 0 ? [`+${more}`] : [])].join(' ')
}

/** What a value of `Cache-Status` comes to; undefined for that of another cache, or for none. */
export function outcomeOf(status: unknown): 'hit' | 'stored' | 'miss' | 'bypass' | undefined {
  if (typeof status !== 'string' || !status.startsWith('hotshelf;')) return undefined
  if (status === HIT) return 'hit'
  if (status.includes('; fwd=bypass')) return 'bypass'
  return status.includes('; stored') ? 'stored' : 'miss'
}
