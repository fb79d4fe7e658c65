import { setImmediate } from 'node:timers/promises'

/**
 * Asks for unique rows. Prisma makes one query of all that ask for one in the same turn of the event loop, and so does
 * not find a row by another text than its own, and tells all of them of one's mistake. Reads of several turns meet in
 * one after they have waited for the store; so what may come of that is asked for again, alone.
 */
export class UniqueReads {
  private readonly underWay = new Set<{ alone: boolean }>()
  /** Ends when nothing else has to wait for a read that is to be alone in its turn. */
  private taken: Promise<void> | undefined

  /** @throws what `ask` throws where nobody else asked */
  async ask(ask: () => Promise<unknown>): Promise<unknown> {
    while (this.taken) await this.taken
    const own = { alone: this.underWay.size === 0 }
    for (const other of this.underWay) other.alone = false
    this.underWay.add(own)
    try {
      const result = await ask()
      // A row that was found is the right one.
      if (own.alone || (result !== null && result !== undefined)) return result
    } catch (error) {
      if (own.alone) throw error
    } finally {
      this.underWay.delete(own)
    }
    return this.askAlone(ask)
  }

  private async askAlone(ask: () => Promise<unknown>): Promise<unknown> {
    while (this.taken) await this.taken
    let answer: Promise<unknown> | undefined
    const take = async () => {
      await setImmediate()
      answer = ask()
      // Whoever waits for it hears of an error.
      answer.catch(() => {})
      await setImmediate()
      this.taken = undefined
    }
    this.taken = take()
    await this.taken
    return answer
  }
}
