import { AsyncLocalStorage } from 'node:async_hooks'
import type { Outcome } from './events.ts'

/** What some work has read, and under which versions. */
export class Sources {
  /** By version key. */
  readonly versions = new Map<string, string>()
  /** Seconds that the entries read are kept, at least. */
  ttl = Number.POSITIVE_INFINITY
  /** How the reads were answered. */
  readonly outcomes = new Set<Outcome>()
  private underWay = 0
  private lost = false

  /** Whether the versions tell of all that was read, and nothing was written. */
  get complete(): boolean {
    return !this.lost && this.underWay === 0
  }

  begin(): void {
    this.underWay++
  }

  end(outcome: Outcome): void {
    this.underWay--
    this.outcomes.add(outcome)
    if (outcome === 'failed') this.lose()
  }

  /**
   * @param keys the keys of the versions
   * @param stamp the versions, as `stampOf` makes one text of them; undefined where one is not known
   */
  read(keys: readonly string[], stamp: string | undefined, ttl: number): void {
    if (stamp === undefined) return this.lose()
    const versions = stamp.split(' ')
    for (const [index, key] of keys.entries()) {
      const version = versions[index] ?? ''
      // Of two versions, one is gone.
      if ((this.versions.get(key) ?? version) !== version) this.lose()
      this.versions.set(key, version)
    }
    this.ttl = Math.min(this.ttl, ttl)
  }

  /** There is something of which no versions tell. */
  lose(): void {
    this.lost = true
  }
}

/** Tells reads and writes on whose behalf they are made, where somebody wants to know their sources. */
export type Watch = AsyncLocalStorage<Sources>

export const createWatch = (): Watch => new AsyncLocalStorage()
