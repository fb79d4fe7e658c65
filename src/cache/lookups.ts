import { LRUCache } from 'lru-cache'
import type { Amount } from './stats.ts'
import type { Store } from './store.ts'

/** What an entry's text was opened to, and the versions that it is valid under; or the versions alone, some missing. */
export type Found<T> =
  | { readonly value: T; readonly stamp: string }
  | { readonly versions: readonly (string | null)[] }

interface NearEntry<T> {
  readonly stamp: string
  readonly head: string
  readonly value: T
  readonly size: number
}

/** Entries in the process's own memory, by their keys. */
export type Near<T> = LRUCache<string, NearEntry<T>>

/** How every entry begins, also one whose versions are no longer there. */
const STAMPED = /^[\w-]{16}(?: [\w-]{16})*\n/

/** What an entry of the near level costs beside its text, about. */
const OVERHEAD = 300

/** @param bytes what it may hold, with two bytes for a character: the longest unused goes first */
export const createNear = <T>(bytes: number): Near<T> =>
  new LRUCache({ maxSize: bytes, sizeCalculation: ({ size }, key) => 2 * (size + key.length) + OVERHEAD })

/** What tells whether the store may be asked: at once where that is known, as it is nearly always. */
export interface Trust {
  readonly known: () => boolean
  readonly settled: () => Promise<boolean>
}

/** Looks entries up: with a near level, only their versions where this process has the rest already. */
export class Lookups<T> {
  /** Texts found that are no entries. */
  unstamped = 0
  /** Texts that this process had itself, and that were still valid. */
  nearHits = 0
  private readonly get: Store['get']
  private readonly trust: Trust
  private readonly open: (text: string) => T
  private readonly near: Near<T> | undefined

  /**
   * @param get looks keys up, of several lookups at once: see `gatherGets`
   * @param open makes of a text what callers want of it
   */
  constructor(get: Store['get'], trust: Trust, open: (text: string) => T, near?: Near<T>) {
    this.get = get
    this.trust = trust
    this.open = open
    this.near = near
  }

  /**
   * What is stored under a key, if every version that it was read under is still there.
   *
   * @param ttl seconds that it is kept near
   * @param head what its text must begin with, to be left out
   * @returns undefined where the store cannot be asked or believed
   */
  async find(
    key: string,
    versions: readonly string[],
    ttl: number,
    head = '',
  ): Promise<Found<T> | undefined> {
    try {
      if (!this.trust.known() && !(await this.trust.settled())) return undefined
      const near = this.near?.get(key)
      if (near?.head === head && stampOf(await this.get(versions)) === near.stamp) {
        this.nearHits++
        return near
      }
      const [entry = null, ...seen] = await this.get([key, ...versions])
      const stamp = stampOf(seen)
      if (stamp === undefined || !entry?.startsWith(`${stamp}\n${head}`)) {
        if (entry !== null && !STAMPED.test(entry)) this.unstamped++
        return { versions: seen }
      }
      const text = entry.slice(stamp.length + 1 + head.length)
      return { value: this.keep(key, stamp, { head, text, ttl }), stamp }
    } catch {
      return undefined
    }
  }

  /** What the near level holds. */
  get held(): Amount {
    return { count: this.near?.size ?? 0, bytes: this.near?.calculatedSize ?? 0 }
  }

  /** What is stored under a key, whether it is valid or not; null for nothing, or where it is not known. */
  async peek(key: string): Promise<string | null> {
    try {
      const [entry = null] = (await this.trust.settled()) ? await this.get([key]) : []
      return entry
    } catch {
      return null
    }
  }

  /** Keeps what has been stored near, too. */
  keep(
    key: string,
    stamp: string,
    { head, text, ttl }: { readonly head: string; readonly text: string; readonly ttl: number },
  ): T {
    const value = this.open(text)
    const size = stamp.length + head.length + text.length
    this.near?.set(key, { stamp, head, value, size }, { ttl: ttl * 1000 })
    return value
  }
}

/** One text of all versions; undefined where one is missing. */
export const stampOf = (versions: readonly (string | null)[]): string | undefined =>
  versions.includes(null) ? undefined : versions.join(' ')

interface Gathered {
  readonly places: Map<string, number>
  readonly lookups: Lookup[]
}

interface Lookup {
  readonly keys: readonly string[]
  readonly resolve: (texts: (string | null)[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes one command of all lookups of a turn of the event loop, in which no key comes twice. It is sent after the last
 * of them was asked for, so that none is told what was before it.
 *
 * @param known whether what the store says may be believed, as it was when each lookup was asked for
 */
export function gatherGets(store: Pick<Store, 'get'>, known: () => boolean): Store['get'] {
  let waiting: Gathered | undefined
  const send = async ({ places, lookups }: Gathered) => {
    waiting = undefined
    try {
      if (!known()) throw new Error('the store was lost meanwhile')
      const all = await store.get([...places.keys()])
      for (const { keys, resolve } of lookups) resolve(keys.map((key) => all[places.get(key) ?? -1] ?? null))
    } catch (error) {
      for (const { reject } of lookups) reject(error)
    }
  }
  const gather = (): Gathered => {
    const gathered = { places: new Map(), lookups: [] }
    setImmediate(send, gathered)
    return gathered
  }
  // A promise for each lookup and no more: they are what a hit is made of.
  return (keys) =>
    new Promise((resolve, reject) => {
      waiting ??= gather()
      const { places, lookups } = waiting
      for (const key of keys) if (!places.has(key)) places.set(key, places.size)
      lookups.push({ keys, resolve, reject })
    })
}
