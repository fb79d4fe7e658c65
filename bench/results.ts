import type { Latency } from './latency.ts'
import type { Spread } from './statistics.ts'

/** Reads of one endpoint. */
export interface ReadResult {
  readonly variant: string
  readonly endpoint: string
  /** Answers a second. */
  readonly rate: Spread
  /** Microseconds of processor time that the server took for an answer. */
  readonly cpu: Spread
  /** Statements that the database was sent for an answer: none, where all were hits. */
  readonly statements: Spread
  readonly latency: Latency
  readonly failed: number
}

export interface MixResult {
  readonly variant: string
  readonly mix: string
  readonly rate: Spread
  readonly latency: Latency
  readonly reads: number
  readonly writes: number
  readonly stale: number
  readonly failed: number
}

export interface CrowdResult {
  readonly variant: string
  readonly requests: number
  readonly processes: number
  /** Times that the database was asked the query. */
  readonly calls: Spread
  readonly failed: number
}

export interface FirstReadResult {
  readonly variant: string
  readonly writes: number
  readonly hits: number
}

/** Writes one by one. */
export interface WriteResult {
  readonly variant: string
  /** What there is in Redis: `0 unrelated keys`. */
  readonly circumstance: string
  /** Milliseconds. */
  readonly p50: number
  readonly latency: Latency
  /** Over the uncached write, in the same circumstance and by turns. */
  readonly ratio: number
}

export interface TagResult {
  readonly tags: number
  /** Microseconds of a hit, and of the same query uncached. */
  readonly hit: number
  readonly uncached: number
}

export interface MemoryResult {
  /** Bytes of the result as JSON, of the entry in Redis, and of all the versions that it depends on. */
  readonly json: number
  readonly entry: number
  readonly versions: number
  readonly tags: number
  /** Lists that share these versions here. */
  readonly entries: number
  /** Beyond the JSON, as a share of it: with nothing of the versions, with its part of them, and with all of them. */
  readonly extra: { readonly without: number; readonly amortised: number; readonly alone: number }
}

export interface Goal {
  readonly goal: string
  readonly least?: number
  readonly most?: number
  /** Undefined where it was not measured. */
  readonly measured: number | undefined
  readonly met: boolean | undefined
}

/** All that one run has measured. */
export interface Results {
  readonly about: Readonly<Record<string, string | number | boolean>>
  readonly reads: readonly ReadResult[]
  readonly mixes: readonly MixResult[]
  readonly crowd: readonly CrowdResult[]
  readonly firstReads: readonly FirstReadResult[]
  readonly writes: readonly WriteResult[]
  readonly tags: readonly TagResult[]
  readonly memory: readonly MemoryResult[]
  readonly goals: readonly Goal[]
}
