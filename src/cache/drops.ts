import type { Store } from './store.ts'

/** Milliseconds between two tries to deliver what is owed. */
const PAUSE = 250

/** More keys than this are not told apart: everything is owed in their place. */
const MOST_OWED = 10_000

/**
 * Delivers drops to the store. Those that it did not take are owed, and delivered as soon as it takes them: until then,
 * this process does not trust what the store says.
 */
export class Drops {
  /** Keys without which no entry is valid. */
  readonly everything: readonly string[]
  private readonly store: Store
  private readonly delivered: (keys: readonly string[]) => void
  /** Keys whose drop the store did not take, each with the number of the last failure. */
  private readonly owed = new Map<string, number>()
  private failures = 0
  private attempt: Promise<boolean> | undefined
  private pause: NodeJS.Timeout | undefined

  /** @param delivered called with the keys that the store has dropped */
  constructor(
    store: Store,
    everything: readonly string[],
    delivered: (keys: readonly string[]) => void = () => {},
  ) {
    this.store = store
    this.everything = everything
    this.delivered = delivered
  }

  get owing(): number {
    return this.owed.size
  }

  /** Drops keys, and whatever is owed. Says whether the store took them all; never rejects. */
  async deliver(keys: readonly string[]): Promise<boolean> {
    const owed = [...this.owed]
    const all = [...new Set([...keys, ...this.owed.keys()])]
    try {
      await this.store.drop(all)
    } catch {
      this.owe(keys)
      return false
    }
    this.delivered(all)
    // A key that failed anew meanwhile is still owed: its drop must come after the commit of that later write.
    for (const [key, failure] of owed) if (this.owed.get(key) === failure) this.owed.delete(key)
    return true
  }

  /** Whether the store can be trusted: nothing is owed, or it is delivered now. Callers share one attempt. */
  async settled(): Promise<boolean> {
    if (this.owed.size === 0) return true
    this.attempt ??= this.deliver([]).finally(() => {
      this.attempt = undefined
    })
    // Another drop may have been refused meanwhile, for which this attempt does not make up.
    return (await this.attempt) && this.owed.size === 0
  }

  /** Tries no more by itself. */
  close(): void {
    clearTimeout(this.pause)
  }

  private owe(keys: readonly string[]): void {
    this.failures++
    for (const key of keys) this.owed.set(key, this.failures)
    if (this.owed.size > MOST_OWED) {
      this.owed.clear()
      for (const key of this.everything) this.owed.set(key, this.failures)
    }
    this.pause ??= setTimeout(() => {
      this.pause = undefined
      this.settled()
    }, PAUSE).unref()
  }
}
