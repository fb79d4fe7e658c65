import type { DerivedTexts } from './derived.ts'
import { droppersOf } from './droppers.ts'
import type { Drops } from './drops.ts'
import { type EntryState, entryStateOf } from './entry-state.ts'
import type { Outcome } from './events.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { HotQuery, HotRead, HotReads } from './hot-reads.ts'
import type { Intents } from './intents.ts'
import { CacheOptionError, type Settings } from './options.ts'
import { type Lens, planRead, type ReadPlan, versionKey } from './plan.ts'
import { countOfArgs } from './prisma-internals.ts'
import type { Refills } from './refills.ts'
import { type CacheStats, type Counted, statsOf } from './stats.ts'
import type { Sweeps } from './sweeps.ts'
import { ANY_ROW } from './tags.ts'
import { Touches } from './touches.ts'
import type { Writes } from './writes.ts'

/** How a read is cached, with the writes that drop its entry, in words; or why it is not cached. */
export type Explanation =
  | (Extract<ReadPlan, { cacheable: true }> & { readonly droppedBy: readonly string[] })
  | Extract<ReadPlan, { cacheable: false }>

/** What the extended client has under `$cache`. */
export interface CacheClient {
  /**
   * How a read is cached and which writes drop it, or why it is not cached.
   *
   * @throws CacheOptionError for a model that there is not
   */
  explain(model: string, operation: string, args?: unknown): Explanation
  /**
   * Drops every query that reaches the models; all models when none is named.
   *
   * @throws CacheOptionError for a model that there is not
   * @throws Error where the store cannot be reached; the drop is owed and made up for
   */
  drop(...models: string[]): Promise<void>
  /**
   * Texts that are worked out from what reads through this client return, and from nothing else but their names: the
   * bodies of pages, say. Each is stored under all versions that the reads were answered under, so that it is as
   * coherent as they are.
   *
   * @param kind what the texts depend on beside that: the program that makes them. No two that differ may share it
   * @param open what `find` returns is made of a text by this; it is kept where there is a near level, so nobody may
   * change it
   */
  derived<T>(kind: string, open: (text: string) => T): DerivedTexts<T>
  /**
   * What all processes read most, the most read first: queries, and derived texts that can be made again. Each process
   * hands over what it has counted every few seconds. What no text brings back is left out, and what is long.
   *
   * @param most how many, at most
   * @throws an Error where the store cannot be reached
   */
  hot(most: number): Promise<HotRead[]>
  /**
   * Asks a query of that list again, so that its entry is stored.
   *
   * @returns how it was answered: `hit` where it was stored already
   * @throws what the query throws
   */
  refill(query: HotQuery): Promise<Outcome>
  /**
   * How the entry of a query is; undefined where it is not stored, not valid or not cacheable.
   *
   * @throws CacheOptionError for a model that there is not, and an Error where the store cannot be reached
   */
  state(model: string, operation: string, args?: unknown): Promise<EntryState | undefined>
  stats(): CacheStats
  /** Delivers what is owed, if the store takes it, and ends what goes on in the background. To be called last. */
  close(): Promise<void>
}

interface Parts extends Counted {
  readonly writes: Writes
  readonly derived: CacheClient['derived']
  readonly refills: Refills
  readonly hotReads: HotReads
  readonly drops: Drops
  readonly intents: Intents
  readonly sweeps: Sweeps
  readonly store: GuardedStore
}

export function createCacheClient(
  settings: Settings,
  parts: Parts,
  lens: Lens,
  refill: CacheClient['refill'],
): CacheClient {
  const { writes, derived, refills, hotReads, drops, intents, sweeps, store } = parts
  const models = Object.keys(settings.schema.models)
  const known = (model: string): string => {
    if (models.includes(model)) return model
    throw new CacheOptionError(`there is no model ${model}, only ${models.join(', ')}`)
  }
  const planOf = (model: string, operation: string, args: unknown) => {
    const count = countOfArgs(operation, args)
    return planRead(settings, { model: known(model), operation, args, lens, dataPath: [], count })
  }
  return {
    explain(model, operation, args = {}) {
      const plan = planOf(model, operation, args)
      return plan.cacheable ? { ...plan, droppedBy: droppersOf(settings.schema, plan.tags) } : plan
    },
    async drop(...named) {
      const touches = new Touches(settings.schema)
      if (named.length === 0) touches.everything()
      for (const model of named.map(known)) touches.withJoins(model, ANY_ROW)
      if (await writes.drop([{ model: undefined, operation: '$cache.drop', tags: touches.tags }])) return
      throw new Error(
        'the store cannot be reached: the drop is owed, and made before this process reads from it again',
      )
    },
    derived,
    hot: (most) => hotReads.first(most),
    refill,
    async state(model, operation, args = {}) {
      const plan = planOf(model, operation, args)
      if (!plan.cacheable) return undefined
      const versions = plan.tags.map((tag) => versionKey(settings, tag))
      return entryStateOf(store, { ...plan, versions })
    },
    stats: () => statsOf(parts),
    async close() {
      refills.close()
      await store.retry()
      await drops.settled()
      await hotReads.handOver()
      drops.close()
      intents.close()
      sweeps.close()
      store.close()
    },
  }
}
