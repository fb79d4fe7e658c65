import { AsyncLocalStorage } from 'node:async_hooks'
import { LRUCache } from 'lru-cache'

/** Entries whose hits are counted. */
const COUNTED = 500
/** Hits since it was last filled that make an entry worth it. */
const ENOUGH = 2
/** Refills under way at once. */
const AT_ONCE = 2

interface Hot {
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
  private readonly hot = new LRUCache<string, Hot>({ max: COUNTED })
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
    this.hot.set(key, { versions, refill, hits: (this.hot.get(key)?.hits ?? 0) + 1 })
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

  private choose(): void {
    if (this.closed) return
    const hit = [...this.hot.entries()].filter(
      ([, { hits, versions }]) => hits >= ENOUGH && versions.some((version) => this.gone.has(version)),
    )
    this.gone.clear()
    hit.sort(([, one], [, other]) => other.hits - one.hits)
    for (const [key, hot] of hit.slice(0, this.most)) {
      // What nobody reads any more is soon forgotten, however often it is dropped.
      hot.hits = Math.floor(hot.hits / 2)
      this.waiting.set(key, hot)
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
