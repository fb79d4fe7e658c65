import { stampOf } from './lookups.ts'
import type { Store } from './store.ts'

/** An entry that is stored and valid. */
export interface EntryState {
  readonly bytes: number
  /** Seconds since it was stored, where the store tells. */
  readonly age: number | undefined
}

export interface EntryPlace {
  readonly key: string
  /** The keys of its tags' versions. */
  readonly versions: readonly string[]
  /** Seconds that it is kept. */
  readonly ttl: number
}

/**
 * How an entry is; undefined where it is not stored, or not valid.
 *
 * @throws an Error where the store cannot be reached
 */
export async function entryStateOf(
  store: Store,
  { key, versions, ttl }: EntryPlace,
): Promise<EntryState | undefined> {
  const [[entry = null, ...seen], life] = await Promise.all([
    store.get([key, ...versions]),
    store.life?.(key),
  ])
  const stamp = stampOf(seen)
  if (stamp === undefined || !entry?.startsWith(`${stamp}\n`)) return undefined
  return { bytes: Buffer.byteLength(entry), age: life && Math.max(0, Math.round(ttl - life)) }
}
