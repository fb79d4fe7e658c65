import type { DerivedCounts } from './derived.ts'
import type { Drops } from './drops.ts'
import type { Entries } from './entries.ts'
import type { Outcome } from './events.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { Intents } from './intents.ts'
import type { Sweeps } from './sweeps.ts'
import type { Writes } from './writes.ts'

/** How many there are, and how much they come to. */
export interface Amount {
  readonly count: number
  readonly bytes: number
}

/** What a client has done since it was made, in this process, and how it is. */
export interface CacheStats {
  /** Reads, by how they were answered. */
  readonly reads: Readonly<Record<Outcome, number>>
  /** The same by model and operation: `Book.findMany`. */
  readonly operations: Readonly<Record<string, Readonly<Record<Outcome, number>>>>
  /** Reads that took part in a database call of another read in this process. */
  readonly joined: number
  /** Reads that were answered by what another process asked the database for meanwhile. */
  readonly leased: number
  /** Entries stored, and the bytes of their results. */
  readonly stored: Amount
  /** Derived texts that were asked for, by whether they were there. */
  readonly derived: { readonly hits: number; readonly misses: number; readonly stored: Amount }
  /** Hits of the near level, of entries and derived texts, and what it holds of both. */
  readonly near: Amount & { readonly hits: number }
  /** Results that were not stored for their size. */
  readonly tooLarge: number
  /** Entries that were cut short or not written by this version: each was a miss, and replaced. */
  readonly unreadable: number
  /** Tags dropped. */
  readonly dropped: number
  /** The same by model, or join table. */
  readonly droppedOf: Readonly<Record<string, number>>
  /** Tags whose drop the store has not taken yet. While there are any, reads go to the database. */
  readonly owed: number
  /** Writes under way, or not dropped yet, that the store has a note of. */
  readonly intents: number
  /** Notes of processes that died, whose drops this process has made. */
  readonly swept: number
  /** Whether the store does not answer: it is not asked, and reads go to the database. */
  readonly down: boolean
}

/** What a near level tells of itself. */
export interface Level {
  readonly nearHits: number
  readonly held: Amount
}

/** The parts of a client that count. */
export interface Counted {
  readonly reads: { readonly counts: ReadonlyMap<string, Record<Outcome, number>>; readonly entries: Entries }
  readonly writes: Pick<Writes, 'dropped'>
  readonly counts: DerivedCounts
  readonly levels: readonly Level[]
  readonly drops: Pick<Drops, 'owing'>
  readonly intents: Pick<Intents, 'underWay'>
  readonly sweeps: Pick<Sweeps, 'swept'>
  readonly store: Pick<GuardedStore, 'down'>
}

const OUTCOMES = ['hit', 'stored', 'miss', 'bypass', 'failed'] as const

export const noReads = (): Record<Outcome, number> => ({ hit: 0, stored: 0, miss: 0, bypass: 0, failed: 0 })

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((one, other) => one + other, 0)

export function statsOf({
  reads,
  writes,
  counts,
  levels,
  drops,
  intents,
  sweeps,
  store,
}: Counted): CacheStats {
  const { entries } = reads
  const all = noReads()
  for (const some of reads.counts.values()) for (const outcome of OUTCOMES) all[outcome] += some[outcome]
  const { asked, hits, stored } = counts
  return {
    reads: all,
    operations: Object.fromEntries([...reads.counts].map(([name, some]) => [name, { ...some }])),
    ...entries.shared,
    stored: { ...entries.stored },
    derived: { hits, misses: asked - hits, stored: { ...stored } },
    near: {
      hits: sum(levels.map(({ nearHits }) => nearHits)),
      count: sum(levels.map(({ held }) => held.count)),
      bytes: sum(levels.map(({ held }) => held.bytes)),
    },
    tooLarge: entries.tooLarge,
    unreadable: entries.unreadable,
    dropped: sum(writes.dropped.values()),
    droppedOf: Object.fromEntries(writes.dropped),
    owed: drops.owing,
    intents: intents.underWay,
    swept: sweeps.swept,
    down: store.down,
  }
}
