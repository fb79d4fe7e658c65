import { PrismaPg } from '@prisma/adapter-pg'

/** What goes to the database: a statement's text, or `COMMIT`. */
export type Around = <T>(sql: string, run: () => Promise<T>) => Promise<T>

/** An adapter of a database that lets `around` see, count or hold back each statement and each commit. */
export class WatchedAdapter extends PrismaPg {
  private readonly around: Around

  constructor(url: string, around: Around) {
    super(url)
    this.around = around
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    this.watch(adapter)
    const start = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (...args) => {
      const transaction = await start(...args)
      this.watch(transaction)
      const commit = transaction.commit.bind(transaction)
      transaction.commit = () => this.around('COMMIT', commit)
      return transaction
    }
    return adapter
  }

  private watch(on: Pick<Awaited<ReturnType<PrismaPg['connect']>>, 'queryRaw' | 'executeRaw'>): void {
    const queryRaw = on.queryRaw.bind(on)
    const executeRaw = on.executeRaw.bind(on)
    on.queryRaw = (query) => this.around(query.sql, () => queryRaw(query))
    on.executeRaw = (query) => this.around(query.sql, () => executeRaw(query))
  }
}
