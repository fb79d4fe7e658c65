import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { Intent } from './intents.ts'
import { transactionIdOf } from './prisma-internals.ts'

export interface Touch {
  readonly model: string | undefined
  readonly operation: string
  readonly tags: ReadonlySet<string>
  readonly intent?: Intent
}

/** One run of a transaction's callback. */
interface Attempt {
  readonly touches: Touch[]
  /** Writes that have not ended. */
  readonly underWay: Set<Promise<unknown>>
  /** What must be before it may commit. */
  readonly required: Promise<unknown>[]
  /** How the callback ended; `late` where Prisma may have ended the transaction before, in the midst of a write. */
  end: 'commit' | 'rollback' | 'late'
}

interface Batch {
  /** Writes that have not been answered. */
  readonly asked: Set<Intent>
  readonly drops: Promise<unknown>[]
}

/** Turns of the event loop in which every query of a batch that failed has heard of it, with some to spare. */
const TURNS = 10

export type TransactionCallback = (client: object, ...more: readonly unknown[]) => Promise<unknown>

/** Collects what the writes of interactive transactions touch, until the transaction has committed. */
export class Transactions {
  private readonly open = new Map<string, Attempt>()
  /** The batch in which a call is made. */
  private readonly batches = new AsyncLocalStorage<Batch>()
  private readonly drop: (touches: readonly Touch[]) => Promise<unknown>

  /** @param drop called after each commit, before the transaction's caller hears of it */
  constructor(drop: (touches: readonly Touch[]) => Promise<unknown>) {
    this.drop = drop
  }

  /**
   * Drops what has been written.
   *
   * @param sure whether it is known to be committed, and not perhaps yet to be
   */
  async settle(touches: readonly Touch[], sure: boolean): Promise<void> {
    const dropped = this.drop(touches)
    this.batches.getStore()?.drops.push(dropped)
    await dropped
    for (const { intent } of touches) sure ? intent?.done() : intent?.linger()
  }

  /**
   * Runs an interactive transaction, and lets it end only when the writes in it have ended: Prisma would give the
   * connection back, and carry out what is left of them outside of the transaction, or within another one.
   *
   * @param start starts it with a callback of ours, which calls the caller's: several times where it tries again
   * @param timeout milliseconds after which Prisma does so all the same
   */
  async run(
    start: (callback: TransactionCallback) => Promise<unknown>,
    callback: TransactionCallback,
    timeout: number,
  ): Promise<unknown> {
    const began = performance.now()
    const attempts = new Map<string, Attempt>()
    let sure = false
    try {
      const result = await start(async (client, ...more) => {
        const id = transactionIdOf(client)
        if (id === undefined) throw new Error('this version of Prisma Client hides the id of a transaction')
        if (!('$cache' in client))
          throw new Error(
            'an extension starts transactions on a client without the cache: apply that extension after cache()',
          )
        const attempt: Attempt = { touches: [], underWay: new Set(), required: [], end: 'late' }
        attempts.set(id, attempt)
        this.open.set(id, attempt)
        try {
          const result = await callback(client, ...more)
          do {
            await Promise.allSettled(attempt.underWay)
            await Promise.all(attempt.required)
          } while (attempt.underWay.size > 0)
          attempt.end = 'commit'
          return result
        } finally {
          while (attempt.underWay.size > 0) await Promise.allSettled(attempt.underWay)
          if (attempt.end === 'late' && performance.now() - began < timeout) attempt.end = 'rollback'
        }
      })
      sure = true
      return result
    } finally {
      for (const [id, { touches, end }] of attempts) {
        this.open.delete(id)
        if (end === 'rollback') for (const { intent } of touches) intent?.done()
        // A commit that failed may have taken place, or do so later.
        else await this.settle(touches, sure && end === 'commit')
      }
    }
  }

  /** A transaction commits only when this has been fulfilled; where it rejects, the transaction does. */
  require(id: string, ready: Promise<unknown>): void {
    // It may reject before the callback has ended.
    ready.catch(() => {})
    this.open.get(id)?.required.push(ready)
  }

  /** Takes note of a write in a transaction that is under way. */
  track(id: string, write: Promise<unknown>): void {
    const attempt = this.open.get(id)
    if (!attempt) return
    attempt.underWay.add(write)
    const ended = () => attempt.underWay.delete(write)
    write.then(ended, ended)
  }

  /**
   * Runs a batch. Where it fails, Prisma says so at the first of its queries that hears of it; and where another
   * extension refuses one of them, the others never hear of anything.
   *
   * @param start starts it
   */
  async batch(start: () => Promise<unknown>): Promise<unknown> {
    const batch: Batch = { asked: new Set(), drops: [] }
    try {
      return await this.batches.run(batch, start)
    } catch (error) {
      // Some may never hear: another extension may have refused one of them.
      for (let turns = 0; turns < TURNS && batch.asked.size > 0; turns++) await setImmediate()
      await setImmediate()
      await Promise.all(batch.drops)
      for (const intent of batch.asked) intent.linger()
      throw error
    }
  }

  /** Asks for a write, and watches over it in case that its batch ends without an answer to it. */
  async watch(intent: Intent, ask: () => Promise<unknown>): Promise<unknown> {
    const asked = this.batches.getStore()?.asked
    asked?.add(intent)
    try {
      return await ask()
    } finally {
      asked?.delete(intent)
    }
  }

  /**
   * Keeps what a write touched until its transaction commits. One that outlived its transaction drops at once, and again:
   * it may have become part of another one.
   */
  async add(id: string, touch: Touch): Promise<void> {
    const attempt = this.open.get(id)
    if (attempt) attempt.touches.push(touch)
    else await this.settle([touch], false)
  }
}
