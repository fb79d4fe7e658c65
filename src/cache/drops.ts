import type { Store } from './store.ts'

/**
 * Delivers drops to the store. Those that it did not take are owed: until they are delivered, this process does not
 * trust what the store says.
 */
export class Drops {
  private readonly store: Store
  /** Keys whose drop the store did not take, each with the number of the last failure. */
  private readonly owed = new Map<string, number>()
  private failures = 0
  private attempt: Promise<boolean> | undefined

  constructor(store: Store) {
    this.store = store
  }

  get owing(): number {
    return this.owed.size
  }

  /** Drops keys, and whatever is owed. Says whether the store took them all; never rejects. */
  async deliver(keys: readonly string[]): Promise<boolean> {
    const owed = [...this.owed]
    try {
      await this.store.drop([...new Set([...keys, ...this.owed.keys()])])
    } catch {
      this.failures++
      for (const key of keys) this.owed.set(key, this.failures)
      return false
    }
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
    return this.attempt
  }
}
