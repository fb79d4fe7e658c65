import { AsyncLocalStorage } from 'node:async_hooks'
import type { Intent } from './intents.ts'
import { transactionIdOf } from './prisma-internals.ts'

export interface Touch {
  readonly model: string | undefined
  readonly operation: string
  readonly tags: ReadonlySet<string>
  readonly intent?: Intent
}

export type TransactionCallback = (client: object, ...more: readonly unknown[]) => Promise<unknown>

/** Collects what the writes of interactive transactions touch, until the transaction has committed. */
export class Transactions {
  private readonly open = new Map<string, Touch[]>()
  /** Of the batch in which a call is made, the writes that have not been answered. */
  private readonly asked = new AsyncLocalStorage<Set<Intent>>()
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
    await this.drop(touches)
    for (const { intent } of touches) sure ? intent?.done() : intent?.linger()
  }

  /**
   * Runs an interactive transaction.
   *
   * @param start starts it with a callback of ours, which calls the caller's: several times where it tries again
   */
  async run(
    start: (callback: TransactionCallback) => Promise<unknown>,
    callback: TransactionCallback,
  ): Promise<unknown> {
    const attempts = new Map<string, Touch[]>()
    const reachedCommit: Touch[][] = []
    let sure = false
    try {
      const result = await start(async (client, ...more) => {
        const id = transactionIdOf(client)
        if (id === undefined) throw new Error('this version of Prisma Client hides the id of a transaction')
        if (!('$cache' in client))
          throw new Error(
            'an extension starts transactions on a client without the cache: apply that extension after cache()',
          )
        const touches: Touch[] = []
        attempts.set(id, touches)
        this.open.set(id, touches)
        const result = await callback(client, ...more)
        reachedCommit.push(touches)
        return result
      })
      sure = true
      return result
    } finally {
      for (const id of attempts.keys()) this.open.delete(id)
      const rolledBack = [...attempts.values()].filter((touches) => !reachedCommit.includes(touches))
      for (const { intent } of rolledBack.flat()) intent?.done()
      // A commit that failed may have taken place, or do so later.
      await this.settle(reachedCommit.flat(), sure)
    }
  }

  /**
   * Runs a batch. Where another extension refuses one of its queries, Prisma never answers the others.
   *
   * @param start starts it
   */
  async batch(start: () => Promise<unknown>): Promise<unknown> {
    const asked = new Set<Intent>()
    try {
      return await this.asked.run(asked, start)
    } finally {
      for (const intent of asked) intent.linger()
    }
  }

  /** Watches over a write in case that its batch ends without an answer to it. Returns what to call when it has one. */
  watch(intent: Intent): () => void {
    const asked = this.asked.getStore()
    asked?.add(intent)
    return () => asked?.delete(intent)
  }

  /** Keeps what a write touched until its transaction commits. A write that outlived its transaction drops at once. */
  async add(id: string, touch: Touch): Promise<void> {
    const touches = this.open.get(id)
    if (touches) touches.push(touch)
    else await this.settle([touch], true)
  }
}
