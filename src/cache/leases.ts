import { setTimeout } from 'node:timers/promises'
import { digest } from './argument-key.ts'
import { type Lookups, stampOf } from './lookups.ts'
import type { Store } from './store.ts'

/** Milliseconds after which a lease ends that is not renewed: what the death of its holder costs others. */
const LIFE = 150
const RENEWAL = 50
/** Milliseconds between two looks of one who waits. */
const PAUSE = 5
/** Milliseconds after which nobody waits any more. */
const PATIENCE = 2000

/** A database call that is made on behalf of all processes. */
export interface Lease {
  release(): void
}

/** Lets one process of all ask the database for an entry, while the others wait for what it stores. */
export class Leases {
  private readonly store: Store
  private readonly lookups: Lookups<string>
  private readonly namespace: string

  constructor(store: Store, lookups: Lookups<string>, namespace: string) {
    this.store = store
    this.lookups = lookups
    this.namespace = namespace
  }

  /**
   * Takes the lease of a call.
   *
   * @param flight the entry's key and the versions that it is asked under
   * @returns undefined where another one has it
   */
  async take(flight: string): Promise<Lease | undefined> {
    const { notes } = this.store
    if (!notes) return { release() {} }
    const key = this.keyOf(flight)
    try {
      if (!(await notes.claim(key, LIFE))) return undefined
    } catch {
      // Without a store everybody asks.
      return { release() {} }
    }
    const renewal = setInterval(() => notes.beat(key, LIFE).catch(() => {}), RENEWAL)
    return {
      release: () => {
        clearInterval(renewal)
        this.store.drop([key]).catch(() => {})
      },
    }
  }

  /**
   * Waits for the holder of a lease.
   *
   * @param stamp the versions that it asks under
   * @returns the entry's text; undefined where there is none to come, so that the database is to be asked after all
   */
  async wait(
    flight: string,
    key: string,
    versions: readonly string[],
    stamp: string,
  ): Promise<string | undefined> {
    const start = performance.now()
    while (performance.now() - start < PATIENCE) {
      await setTimeout(PAUSE)
      // One command, so that a lease that is over is not one whose entry was not there yet.
      const [found, held] = await Promise.all([
        this.lookups.find(key, versions),
        this.lookups.peek(this.keyOf(flight)),
      ])
      if (found && 'value' in found) return found.value
      // What was dropped meanwhile makes its answer worth nothing.
      if (!found || held === null || stampOf(found.versions) !== stamp) return undefined
    }
    return undefined
  }

  private keyOf(flight: string): string {
    return `${this.namespace}:l:${digest(flight)}`
  }
}
