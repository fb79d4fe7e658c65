import { LRUCache } from 'lru-cache'
import { digest } from './argument-key.ts'
import type { Outcome } from './events.ts'
import type { Lookups } from './lookups.ts'
import type { Settings } from './options.ts'
import { tenantOf } from './plan.ts'
import type { Refills } from './refills.ts'
import { Sources, type Watch } from './sources.ts'

/** Characters of all names of which this process remembers what their texts depend on. */
const REMEMBERED = 8 * 1024 * 1024

interface Known {
  readonly key: string
  readonly versions: readonly string[]
  /** What an entry begins with that depends on these. */
  readonly head: string
}

/** Texts that are worked out from what reads returned, and stored under all their versions: see `CacheClient.derived`. */
export class DerivedTexts<T> {
  private readonly kind: string
  private readonly settings: Settings
  private readonly lookups: Lookups<T>
  private readonly refills: Refills
  private readonly sources: Watch
  private readonly known = new LRUCache<string, Known>({
    maxSize: REMEMBERED,
    sizeCalculation: ({ key, head }, name) => name.length + key.length + 2 * head.length,
  })
  private readonly storing = new Set<string>()

  /** @param kind tells texts of other makers apart */
  constructor(
    kind: string,
    settings: Settings,
    lookups: Lookups<T>,
    parts: { readonly refills: Refills; readonly watch: Watch },
  ) {
    this.kind = kind
    this.settings = settings
    this.lookups = lookups
    this.refills = parts.refills
    this.sources = parts.watch
  }

  /**
   * What was made of the text of that name, if it is stored and each of its reads would return what it returned.
   *
   * @param again reads again what the text is worked out from, so that it is in the cache; called after it was dropped
   */
  async find(name: string, again?: () => Promise<unknown>): Promise<T | undefined> {
    if (this.settings.bypass) return undefined
    const full = this.fullName(name)
    const known = this.known.get(full) ?? (await this.learn(full))
    if (!known) return undefined
    // Versions that were made at once are the same: the head tells of which tags they are.
    const found = await this.lookups.find(known.key, known.versions, known.head)
    if (!found || !('value' in found)) return undefined
    if (again) this.refills.hit(known.key, known.versions, again)
    return found.value
  }

  /** Does the work that makes a text, or begins it, and notes what is read meanwhile. */
  watch<R>(work: () => R): R {
    return this.sources.run(new Sources(), work)
  }

  /** How the reads have been answered that the watched work, of which the caller is part, has made so far. */
  outcomes(): ReadonlySet<Outcome> {
    return this.sources.getStore()?.outcomes ?? new Set()
  }

  /**
   * Stores what the watched work, of which the caller is part, has made; not what is asked for once and never again, and
   * not what depends on more than reads that are cached. Never rejects.
   */
  async keep(name: string, text: string): Promise<void> {
    const sources = this.sources.getStore()
    const full = this.fullName(name)
    if (!sources?.complete || sources.versions.size === 0) return
    if (!sources.allHits && !this.known.has(full)) return
    const versions = [...sources.versions.keys()].sort()
    const stamp = versions.map((version) => sources.versions.get(version)).join(' ')
    const { key, head } = this.remember(full, versions)
    const entry = `${stamp}\n${head}${text}`
    if (Buffer.byteLength(entry) > this.settings.maxBytes || this.storing.has(`${key} ${stamp}`)) return
    this.storing.add(`${key} ${stamp}`)
    try {
      await this.settings.store.set(key, entry, sources.ttl)
      this.lookups.keep(key, stamp, head, text)
    } catch {
      // Nothing is lost but what can be made again.
    } finally {
      this.storing.delete(`${key} ${stamp}`)
    }
  }

  private fullName(name: string): string {
    const tenant = this.settings.scope && tenantOf(this.settings)
    return tenant === undefined ? name : JSON.stringify([name, tenant])
  }

  /** What another process has stored tells what it depends on. */
  private async learn(full: string): Promise<Known | undefined> {
    const entry = await this.lookups.peek(this.keyOf(full))
    const head = entry?.split('\n', 2)[1]
    const versions = head === undefined ? undefined : versionsOf(head)
    return versions && this.remember(full, versions)
  }

  private remember(full: string, versions: readonly string[]): Known {
    const known = { key: this.keyOf(full), versions, head: `${JSON.stringify(versions)}\n` }
    this.known.set(full, known)
    return known
  }

  private keyOf(full: string): string {
    const { namespace, schema } = this.settings
    return `${namespace}:d:${schema.fingerprint}:${digest(JSON.stringify([this.kind, full]))}`
  }
}

/** Undefined for what no version of this wrote. */
function versionsOf(head: string): string[] | undefined {
  try {
    const keys: unknown = JSON.parse(head)
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : undefined
  } catch {
    return undefined
  }
}
