import type { Store } from './store.ts'

/**
 * Delivers drops to the store. Those that it did not take are owed: until they are delivered, this process does not
 * trust what the store says.
 */
export class Drops {
  private readonly store: Store
  /** Keys to drop, each with the number of the call that asked for it last. */
  private readonly owed = new Map<string, number>()
  private calls = 0
  private attempt: Promise<boolean> | undefined

  constructor(store: Store) {
    this.store = store
  }

  get owing(): number {
    return this.owed.size
  }

  /** Drops keys, and whatever is still owed. Says whether the store took them all; never rejects. */
  deliver(keys: Iterable<string>): Promise<boolean> {
    this.calls++
    for (const key of keys) this.owed.set(key, this.calls)
    return this.send()
  }

  /** Whether the store can be trusted: nothing is owed, or it is delivered now. Callers share one attempt. */
  async settled(): Promise<boolean> {
    if (this.owed.size === 0) return true
    this.attempt ??= this.send().finally(() => {
      this.attempt = undefined
    })
    return this.attempt
  }

  private async send(): Promise<boolean> {
    const batch = [...this.owed]
    try {
      await this.store.drop(batch.map(([key]) => key))
    } catch {
      return false
    }
    // A key that another call has asked for meanwhile is still owed: its drop must come after that call's commit.
    for (const [key, call] of batch) if (this.owed.get(key) === call) this.owed.delete(key)
    return true
  }
}
