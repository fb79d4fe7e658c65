import { transactionIdOf } from './prisma-internals.ts'

export interface Touch {
  readonly model: string | undefined
  readonly operation: string
  readonly tags: ReadonlySet<string>
}

export type TransactionCallback = (client: object) => Promise<unknown>

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
   * @param start starts it with a callback of ours, which calls the caller's
   */
  async run(
    start: (callback: TransactionCallback) => Promise<unknown>,
    callback: TransactionCallback,
  ): Promise<unknown> {
    let id: string | undefined
    let reachedCommit = false
    try {
      return await start(async (client) => {
        id = transactionIdOf(client)
        if (id === undefined) throw new Error('this version of Prisma Client hides the id of a transaction')
        this.open.set(id, [])
        const result = await callback(client)
        reachedCommit = true
        return result
      })
    } finally {
      const touches = id === undefined ? [] : (this.open.get(id) ?? [])
      if (id !== undefined) this.open.delete(id)
      // A commit that failed may have taken place; a callback that failed was rolled back.
      if (reachedCommit) await this.committed(touches)
    }
  }

  /** Keeps what a write touched until its transaction commits. A write that outlived its transaction drops at once. */
  async add(id: string, touch: Touch): Promise<void> {
    const touches = this.open.get(id)
    if (touches) touches.push(touch)
    else await this.committed([touch])
  }
}
