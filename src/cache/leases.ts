import { setTimeout } from 'node:timers/promises'
import { digest } from './argument-key.ts'
import { type Lookups, stampOf } from './lookups.ts'
import type { Store } from './store.ts'

/** Milliseconds after which a lease ends that is not renewed: what the death of its holder costs others. */
const LIFE = 400
const RENEWAL = 100
/** Milliseconds between two looks of one who waits. */
const PAUSE = 5
/** Milliseconds after which nobody waits any more. */
const PATIENCE = 2000

/** What a read is to do: take a text that there is, or ask the database, in the place of all where it has a lease. */
export interface Turn {
  readonly text?: string
  /** To be called when what was asked for is there: whether it is stored. */
  release(stored: boolean): void
}

/** An entry that is not there. */
interface Wanted {
  readonly key: string
  /** The keys of its versions. */
  readonly versions: readonly string[]
  readonly ttl: number
}

const ALONE: Turn = { release() {} }

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
   * Takes the lease of an entry, or waits for its holder. Never rejects: without a store everybody asks.
   *
   * @param stamp the versions that the entry is to be asked for under
   */
  async take(read: Wanted, stamp: string): Promise<Turn> {
    const { notes } = this.store
    if (!notes) return ALONE
    const lease = `${this.namespace}:l:${digest(`${read.key} ${stamp}`)}`
    try {
      if (!(await notes.claim(lease, LIFE))) return await this.wait(lease, read, stamp)
      const renewal = setInterval(() => notes.beat(lease, LIFE).catch(() => {}), RENEWAL)
      const { store } = this
      return {
        release(stored) {
          clearInterval(renewal)
          // One whose entry is stored ends by itself: it tells of it whoever has looked for it just before.
          if (!stored) store.drop([lease]).catch(() => {})
        },
      }
    } catch {
      return ALONE
    }
  }

  private find({ key, versions, ttl }: Wanted) {
    return this.lookups.find(key, versions, ttl)
  }

  private async wait(lease: string, read: Wanted, stamp: string): Promise<Turn> {
    const start = performance.now()
    for (; performance.now() - start < PATIENCE; await setTimeout(PAUSE)) {
      // One command, so that a lease that is over is not one whose entry was not there yet.
      const [found, held] = await Promise.all([this.find(read), this.lookups.peek(lease)])
      if (found && 'value' in found) return { ...ALONE, text: found.value }
      // What was dropped meanwhile makes its answer worth nothing.
      if (!found || held === null || stampOf(found.versions) !== stamp) return ALONE
    }
    return ALONE
  }
}
