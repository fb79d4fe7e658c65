import { note } from './actor.ts'

/** Thrown where a read returns what a write that had returned before the read started had replaced. */
export class StaleReadError extends Error {
  override name = 'StaleReadError'
}

/** Watches that reads keep what returned writes promise. A row's value is a number, which grows with each commit. */
export class StaleReads {
  /** The newest value whose write has returned. */
  promised = 0

  /** @throws StaleReadError */
  async read(ask: () => Promise<unknown>): Promise<void> {
    const least = this.promised
    note(least)
    const found = await ask()
    const value = typeof found === 'object' && found && 'name' in found ? Number(found.name) : Number.NaN
    if (!(value >= least))
      throw new StaleReadError(`a read returned ${value} after the write of ${least} had`)
  }

  returned(value: number): void {
    this.promised = Math.max(this.promised, value)
  }
}
