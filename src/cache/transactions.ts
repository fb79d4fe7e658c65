import { transactionIdOf } from './prisma-internals.ts'

export interface Touch {
  readonly model: string | undefined
  readonly operation: string
  readonly tags: ReadonlySet<string>
}

export type TransactionCallback = (client: object, ...more: readonly unknown[]) => Promise<unknown>

/** Collects what the writes of interactive transactions touch, until the transaction has committed. */
export class Transactions {
  private readonly open = new Map<string, Touch[]>()
  private readonly committed: (touches: readonly Touch[]) => Promise<unknown>

  /** @param committed called after each commit, before the transaction's caller hears of it */
  constructor(committed: (touches: readonly Touch[]) => Promise<unknown>) {
    this.committed = committed
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
    const attempts: string[] = []
    const reachedCommit: Touch[][] = []
    try {
      return await start(async (client, ...more) => {
        const id = transactionIdOf(client)
        if (id === undefined) throw new Error('this version of Prisma Client hides the id of a transaction')
        if (!('$cache' in client))
          throw new Error(
            'an extension starts transactions on a client without the cache: apply that extension after cache()',
          )
        const touches: Touch[] = []
        attempts.push(id)
        this.open.set(id, touches)
        const result = await callback(client, ...more)
        reachedCommit.push(touches)
        return result
      })
    } finally {
      for (const id of attempts) this.open.delete(id)
      // A commit that failed may have taken place; a callback that failed was rolled back.
      if (reachedCommit.length > 0) await this.committed(reachedCommit.flat())
    }
  }

  /** Keeps what a write touched until its transaction commits. A write that outlived its transaction drops at once. */
  async add(id: string, touch: Touch): Promise<void> {
    const touches = this.open.get(id)
    if (touches) touches.push(touch)
    else await this.committed([touch])
  }
}
