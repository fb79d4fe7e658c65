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
  /** To be called when what was asked for is stored. */
  release(): void
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
      // The last holder may have stored its answer, and let go, since the entry was looked up: it is, once more.
      const [taken, found] = await Promise.all([notes.claim(lease, LIFE), this.find(read)])
      const text = found && 'value' in found ? found.value : undefined
      if (!taken) return text === undefined ? await this.wait(lease, read, stamp) : { ...ALONE, text }
      const release = () => {
        this.store.drop([lease]).catch(() => {})
      }
      if (text !== undefined) {
        release()
        return { ...ALONE, text }
      }
      const renewal = setInterval(() => notes.beat(lease, LIFE).catch(() => {}), RENEWAL)
      return {
        release() {
          clearInterval(renewal)
          release()
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
    while (performance.now() - start < PATIENCE) {
      await setTimeout(PAUSE)
      // One command, so that a lease that is over is not one whose entry was not there yet.
      const [found, held] = await Promise.all([this.find(read), this.lookups.peek(lease)])
      if (found && 'value' in found) return { ...ALONE, text: found.value }
      // What was dropped meanwhile makes its answer worth nothing.
      if (!found || held === null || stampOf(found.versions) !== stamp) return ALONE
    }
    return ALONE
  }
}
