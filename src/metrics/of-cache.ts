import type { Registry } from 'prom-client'
import type { CacheStats } from '../cache/index.ts'
import { addCounter, addGauge } from './values.ts'

const NAME = 'hotshelf'

/**
 * What the cache counts itself, and how it is.
 *
 * @param stats is asked at each scrape
 */
export function addCacheMetrics(registry: Registry, stats: () => CacheStats): void {
  const counter = (
    name: string,
    help: string,
    labelNames: readonly string[],
    values: Parameters<typeof addCounter>[2],
  ) => addCounter(registry, { name: `${NAME}_${name}_total`, help, labelNames }, values)
  const gauge = (name: string, help: string, value: () => number) =>
    addGauge(registry, { name: `${NAME}_${name}`, help }, value)

  counter('reads', 'Reads, by how they were answered', ['model', 'operation', 'outcome'], () =>
    Object.entries(stats().operations).flatMap(([name, outcomes]) => {
      const [model = '', operation = ''] = name.split('.')
      return Object.entries(outcomes).map(
        ([outcome, count]) => [{ model, operation, outcome }, count] as const,
      )
    }),
  )
  counter(
    'joined_reads',
    'Reads that the database call of another answered, of this process or another one',
    ['process'],
    () => {
      const { joined, leased } = stats()
      return [
        [{ process: 'this' }, joined],
        [{ process: 'other' }, leased],
      ]
    },
  )
  counter('pages', 'Pages asked for, by whether their body was kept', ['outcome'], () => {
    const { hits, misses } = stats().derived
    return [
      [{ outcome: 'hit' }, hits],
      [{ outcome: 'miss' }, misses],
    ]
  })
  counter('stored', 'What has been stored: entries and pages', ['kind'], () => {
    const { stored, derived } = stats()
    return [
      [{ kind: 'entry' }, stored.count],
      [{ kind: 'page' }, derived.stored.count],
    ]
  })
  counter('stored_bytes', 'The bytes of what has been stored', ['kind'], () => {
    const { stored, derived } = stats()
    return [
      [{ kind: 'entry' }, stored.bytes],
      [{ kind: 'page' }, derived.stored.bytes],
    ]
  })
  counter('too_large', 'Results that were not stored for their size', [], () => stats().tooLarge)
  counter('unreadable', 'Entries found that were no entries', [], () => stats().unreadable)
  counter('dropped_tags', 'Tags dropped by writes, by model or join table', ['model'], () =>
    Object.entries(stats().droppedOf).map(([model, count]) => [{ model }, count] as const),
  )
  counter(
    'swept_intents',
    'Notes of dead processes whose drops this process has made',
    [],
    () => stats().swept,
  )
  counter('near_hits', 'Entries and pages that this process had itself', [], () => stats().near.hits)
  gauge('near_entries', 'Entries and pages that this process has itself', () => stats().near.count)
  gauge('near_bytes', 'The memory that they take, about', () => stats().near.bytes)
  gauge('owed_tags', 'Tags whose drop the store has not taken yet', () => stats().owed)
  gauge('open_intents', 'Writes under way that the store has a note of', () => stats().intents)
  gauge('breaker_open', 'Whether the store is not asked, as it did not answer', () => Number(stats().down))
}
