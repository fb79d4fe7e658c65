import { LRUCache } from 'lru-cache'
import { digest } from './argument-key.ts'
import { type EntryState, entryStateOf } from './entry-state.ts'
import type { Outcome } from './events.ts'
import type { HotReads } from './hot-reads.ts'
import type { Lookups } from './lookups.ts'
import type { Settings } from './options.ts'
import { tenantOf, versionKey } from './plan.ts'
import type { Refills } from './refills.ts'
import { Sources, type Watch } from './sources.ts'

/** Characters of all names of which this process remembers what their texts depend on, or that they were asked for. */
const REMEMBERED = 8 * 1024 * 1024

/** What a text depends on, as an entry begins with it. */
interface Known {
  readonly key: string
  readonly versions: readonly string[]
  readonly ttl: number
  readonly head: string
}

/** How often texts were asked for and were there, and what has been stored. */
export const createDerivedCounts = () => ({ asked: 0, hits: 0, stored: { count: 0, bytes: 0 } })
export type DerivedCounts = ReturnType<typeof createDerivedCounts>

/** Texts that are worked out from what reads returned, and stored under all their versions: see `CacheClient.derived`. */
export class DerivedTexts<T> {
  private readonly kind: string
  private readonly settings: Settings
  private readonly lookups: Lookups<T>
  private readonly refills: Refills
  private readonly hotReads: HotReads
  private readonly sources: Watch
  private readonly counts: DerivedCounts
  private readonly known = new LRUCache<string, Known>({
    maxSize: REMEMBERED,
    sizeCalculation: ({ key, head }, name) => name.length + key.length + 2 * head.length,
  })
  private readonly asked = new LRUCache<string, true>({
    maxSize: REMEMBERED,
    sizeCalculation: (_, name) => name.length,
  })
  private readonly storing = new Set<string>()

  /** @param kind tells texts of other makers apart */
  constructor(
    kind: string,
    settings: Settings,
    lookups: Lookups<T>,
    parts: {
      readonly refills: Refills
      readonly hotReads: HotReads
      readonly watch: Watch
      readonly counts: DerivedCounts
    },
  ) {
    this.kind = kind
    this.settings = settings
    this.lookups = lookups
    this.refills = parts.refills
    this.hotReads = parts.hotReads
    this.sources = parts.watch
    this.counts = parts.counts
  }

  /**
   * What was made of the text of that name, if it is stored and each of its reads would return what it returned.
   *
   * @param again reads again what the text is worked out from, so that it is in the cache; called after it was dropped
   * @throws what the option `scope` throws
   */
  async find(name: string, again?: () => Promise<unknown>): Promise<T | undefined> {
    const { bypass, scope } = this.settings
    this.counts.asked++
    // What is made of it depends on more than reads.
    this.sources.getStore()?.lose()
    if (bypass) return undefined
    if (again && !scope) this.hotReads.count(name, name)
    const full = this.fullName(name)
    const known = this.known.get(full) ?? (await this.learn(full))
    if (!known) return undefined
    // Versions that were made at once are the same: the head tells of which tags they are.
    const found = await this.lookups.find(known.key, known.versions, known.ttl, known.head)
    if (!found || !('value' in found)) return undefined
    // On whose behalf it would be asked again is not known.
    if (again && !scope) this.refills.hit(known.key, known.versions, again)
    this.counts.hits++
    return found.value
  }

  /**
   * How the text of that name is, with the tags that it depends on as the store names them; undefined where it is not
   * stored, or not valid.
   *
   * @throws what the option `scope` throws, and an Error where the store cannot be reached
   */
  async state(name: string): Promise<(EntryState & { readonly tags: readonly string[] }) | undefined> {
    const known = await this.learn(this.fullName(name))
    const state = known && (await entryStateOf(this.settings.store, known))
    const prefix = versionKey(this.settings, '').length
    return state && { ...state, tags: known.versions.map((version) => version.slice(prefix)) }
  }

  /** Does the work that makes a text, or begins it, and notes what is read meanwhile. */
  watch<R>(work: () => R): R {
    this.sources.getStore()?.lose()
    return this.sources.run(new Sources(), work)
  }

  /** How the reads have been answered that the watched work, of which the caller is part, has made so far. */
  outcomes(): ReadonlySet<Outcome> {
    return this.sources.getStore()?.outcomes ?? new Set()
  }

  /**
   * Stores what the watched work, of which the caller is part, has made; not what is asked for once and never again, and
   * not what depends on more than reads that are cached and have ended.
   *
   * @throws what the option `scope` throws
   */
  async keep(name: string, text: string): Promise<void> {
    const sources = this.sources.getStore()
    if (!sources?.complete || sources.versions.size === 0) return
    const full = this.fullName(name)
    const isAsked = this.asked.has(full) || this.known.has(full)
    this.asked.set(full, true)
    if (!isAsked) return
    const versions = [...sources.versions.keys()].sort()
    const stamp = versions.map((version) => sources.versions.get(version)).join(' ')
    const { key, head, ttl } = this.remember(full, versions, sources.ttl)
    const entry = `${stamp}\n${head}${text}`
    const bytes = Buffer.byteLength(entry)
    if (bytes > this.settings.maxBytes || this.storing.has(`${key} ${stamp}`)) return
    this.storing.add(`${key} ${stamp}`)
    try {
      await this.settings.store.set(key, entry, ttl)
      this.lookups.keep(key, stamp, { head, text, ttl })
      this.counts.stored.count++
      this.counts.stored.bytes += bytes
    } catch {
      // Nothing is lost but what can be made again.
    } finally {
      this.storing.delete(`${key} ${stamp}`)
    }
  }

  private fullName(name: string): string {
    return this.settings.scope ? JSON.stringify([name, tenantOf(this.settings) ?? null]) : name
  }

  /** What another process has stored tells what it depends on. */
  private async learn(full: string): Promise<Known | undefined> {
    const entry = await this.lookups.peek(this.keyOf(full))
    const head = entry?.split('\n', 2)[1]
    const [ttl, ...versions] = (head && partsOf(head)) || []
    return ttl === undefined ? undefined : this.remember(full, versions.map(String), Number(ttl))
  }

  private remember(full: string, versions: readonly string[], ttl: number): Known {
    const known = { key: this.keyOf(full), versions, ttl, head: `${JSON.stringify([ttl, ...versions])}\n` }
    this.known.set(full, known)
    return known
  }

  private keyOf(full: string): string {
    const { namespace, schema } = this.settings
    return `${namespace}:d:${schema.fingerprint}:${digest(JSON.stringify([this.kind, full]))}`
  }
}

/** The seconds and the keys that an entry begins with; undefined for what no version of this wrote. */
function partsOf(head: string): unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(head)
    const isHead =
      Array.isArray(parts) &&
      parts.every((part, index) =>
        index === 0 ? Number.isInteger(part) && part > 0 : typeof part === 'string',
      )
    return isHead ? parts : undefined
  } catch {
    return undefined
  }
}
