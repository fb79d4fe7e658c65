import { AsyncLocalStorage } from 'node:async_hooks'
import { LRUCache } from 'lru-cache'

/** Entries whose hits are counted. */
const COUNTED = 500
/** Hits since it was last filled that make an entry worth it. */
const ENOUGH = 2
/** Refills under way at once. */
const AT_ONCE = 2

interface Hot {
  readonly key: string
  readonly versions: readonly string[]
  readonly refill: () => Promise<unknown>
  hits: number
}

/**
 * Asks again for what was read most, after its entries have been dropped. A refill is a read like any other, so it
 * neither overtakes a later write nor answers anybody; of those that wait, each is made once.
 */
export class Refills {
  private readonly most: number
  private readonly hot = new LRUCache<string, Hot>({ max: COUNTED, dispose: (hot) => this.forget(hot) })
  /** By version, the entries that depend on it and are worth it. */
  private readonly dependents = new Map<string, Set<Hot>>()
  private readonly waiting = new Map<string, Hot>()
  private readonly gone = new Set<string>()
  private running = 0
  private closed = false
  /** A refill is nobody's request, and in nobody's transaction. */
  private readonly outside = AsyncLocalStorage.snapshot()

  /** @param most how many of the entries that one drop hits are filled again; 0 for none */
  constructor(most: number) {
    this.most = most
  }

  /** An entry was read that `refill` would fill. */
  hit(key: string, versions: readonly string[], refill: () => Promise<unknown>): void {
    if (this.most === 0) return
    const known = this.hot.get(key)
    // What a text is worked out from may have changed since.
    const hot = known && isSame(known.versions, versions) ? known : { key, versions, refill, hits: 0 }
    if (hot !== known) this.hot.set(key, hot)
    hot.hits++
    if (hot.hits === ENOUGH) this.index(hot)
  }

  /** Versions have been dropped. */
  dropped(versions: readonly string[]): void {
    if (this.most === 0 || this.closed) return
    // Not at the expense of the write, which is about to return.
    if (this.gone.size === 0) this.outside(() => setImmediate(() => this.choose()))
    for (const version of versions) this.gone.add(version)
  }

  /** Refills no more. */
  close(): void {
    this.closed = true
    this.waiting.clear()
  }

  private index(hot: Hot): void {
    for (const version of hot.versions) {
      const dependents = this.dependents.get(version)
      if (dependents) dependents.add(hot)
      else this.dependents.set(version, new Set([hot]))
    }
  }

  private forget(hot: Hot): void {
    for (const version of hot.versions) {
      const dependents = this.dependents.get(version)
      dependents?.delete(hot)
      if (dependents?.size === 0) this.dependents.delete(version)
    }
  }

  private choose(): void {
    if (this.closed) return
    const dependents = [...this.gone].flatMap((version) => [...(this.dependents.get(version) ?? [])])
    this.gone.clear()
    const hit = [...new Set(dependents)].filter(({ hits }) => hits >= ENOUGH)
    hit.sort((one, other) => other.hits - one.hits)
    for (const hot of hit.slice(0, this.most)) {
      // What nobody reads any more is soon forgotten, however often it is dropped.
      hot.hits = Math.floor(hot.hits / 2)
      this.waiting.set(hot.key, hot)
    }
    while (this.running < AT_ONCE && this.waiting.size > 0) this.work()
  }

  private async work(): Promise<void> {
    this.running++
    for (const [key, { refill }] of this.waiting) {
      this.waiting.delete(key)
      // Whoever asks next is told what is wrong.
      await Promise.resolve()
        .then(refill)
        .catch(() => {})
    }
    this.running--
  }
}

const isSame = (versions: readonly string[], others: readonly string[]): boolean =>
  versions.length === others.length && versions.every((version, index) => version === others[index])
