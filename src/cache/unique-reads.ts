import { setImmediate } from 'node:timers/promises'
import { given, isArgs } from './pins.ts'
import { type CacheSchema, fieldOf, isScalar, modelFacts } from './schema-facts.ts'

/**
 * Asks for unique rows. Prisma makes one query of all that ask for one in the same turn of the event loop, and so does
 * not find a row by another text than its own, and tells all of them of one's mistake. Reads of several turns meet in
 * one after they have waited for the store; so what may come of that is asked for again, alone.
 */
export class UniqueReads {
  private underWay = 0
  /** The only one under way, as long as it is. */
  private only: { alone: boolean } | undefined
  /** The turn that one has for itself. */
  private taken: Promise<void> | undefined
  /** When the last one has had its turn that is to have one. */
  private last: Promise<void> = Promise.resolve()

  /**
   * @param exact whether a row that is there is always found, so that null is no mistake
   * @throws what `ask` throws where nobody else asks
   */
  async ask(ask: () => Promise<unknown>, exact: boolean): Promise<unknown> {
    while (this.taken) await this.taken
    const own = { alone: this.underWay === 0 }
    if (this.only) this.only.alone = false
    this.only = own.alone ? own : undefined
    this.underWay++
    try {
      const result = await ask()
      // A row that was found is the right one.
      if (own.alone || exact || (result !== null && result !== undefined)) return result
    } catch (error) {
      if (own.alone) throw error
    } finally {
      this.underWay--
      if (this.only === own) this.only = undefined
    }
    return this.askAlone(ask)
  }

  private async askAlone(ask: () => Promise<unknown>): Promise<unknown> {
    let answer: Promise<unknown> | undefined
    const turn = async () => {
      // Others may ask in between two.
      await setImmediate()
      const take = async () => {
        await setImmediate()
        answer = ask()
        // Whoever waits for it hears of an error.
        answer.catch(() => {})
        await setImmediate()
      }
      this.taken = take()
      await this.taken
      this.taken = undefined
    }
    this.last = this.last.then(turn)
    await this.last
    return answer
  }
}

/** Whether a unique read is by whole numbers alone, of which there is but one form. */
export function isExact(
  schema: CacheSchema,
  model: string,
  dataPath: readonly string[],
  args: unknown,
): boolean {
  const where = isArgs(args) ? given(args.where) : []
  return (
    dataPath.length === 0 &&
    where.length > 0 &&
    where.every(([name, value]) => {
      const field = fieldOf(modelFacts(schema, model), name)
      return isScalar(field) && field.type === 'Int' && Number.isInteger(value)
    })
  )
}
