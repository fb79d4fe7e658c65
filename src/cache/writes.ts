import { PrismaClientValidationError } from '@prisma/client/runtime/client'
import type { Drops } from './drops.ts'
import { type WriteEvent, writeChannel } from './events.ts'
import { provesNothingWritten } from './failed-writes.ts'
import { type CallArgs, showKeyColumns } from './key-columns.ts'
import type { Settings } from './options.ts'
import { versionKey } from './plan.ts'
import type { TransactionKind } from './prisma-internals.ts'
import { tagsOfRaw } from './raw-tags.ts'
import { type Touch, Transactions } from './transactions.ts'
import { tagsOfWrite, type Volatile } from './write-tags.ts'

export interface Write {
  /** Undefined for a raw statement. */
  readonly model: string | undefined
  readonly operation: string
  readonly args: CallArgs
  /** The columns of the model that the client omits by itself. */
  readonly omit: unknown
  readonly transaction: TransactionKind
  readonly query: (args: CallArgs) => Promise<unknown>
}

/** Carries out writes, and drops what they made untrue before their callers hear of it. */
export class Writes {
  readonly transactions = new Transactions((touches) => this.drop(touches))
  /** Tags dropped. */
  dropped = 0
  private readonly settings: Settings
  private readonly drops: Drops
  private readonly volatile: Volatile

  constructor(settings: Settings, drops: Drops) {
    this.settings = settings
    this.drops = drops
    this.volatile = new Map(
      Object.entries(settings.models).map(([model, own]) => [model, new Set(own ? own.volatile : [])]),
    )
  }

  /** @throws what the write throws, and nothing else */
  async carryOut(write: Write): Promise<unknown> {
    const { model, operation, args, omit, query } = write
    if (model === undefined)
      return this.dropAfter(write, query(args), () => tagsOfRaw(this.settings.schema, operation, args))
    const shown = showKeyColumns(this.settings.schema, model, operation, args, omit)
    try {
      return shown.hide(await this.run(write, model, shown.args))
    } catch (error) {
      // What we asked for on top must not show in what Prisma says of the caller's mistake.
      if (error instanceof PrismaClientValidationError && shown.args !== args)
        return this.run(write, model, args)
      throw error
    }
  }

  /** Drops what has been touched, now. Never rejects: what cannot be delivered is owed. */
  async drop(touches: readonly Touch[]): Promise<boolean> {
    const tags = [...new Set(touches.flatMap((touch) => [...touch.tags]))]
    if (tags.length === 0) return true
    const delivered = await this.drops.deliver(tags.map((tag) => versionKey(this.settings, tag)))
    this.dropped += tags.length
    const event: WriteEvent = {
      writes: touches.map(({ model, operation }) => ({ model, operation })),
      tags,
      delivered,
    }
    writeChannel.publish(event)
    return delivered
  }

  private run(write: Write, model: string, args: CallArgs): Promise<unknown> {
    const tags = (result?: unknown) =>
      tagsOfWrite(this.settings.schema, model, write.operation, args, result, this.volatile)
    return this.dropAfter(write, write.query(args), tags)
  }

  private async dropAfter(
    write: Write,
    writing: Promise<unknown>,
    tags: (result?: unknown) => Set<string>,
  ): Promise<unknown> {
    let result: unknown
    try {
      result = await writing
    } catch (error) {
      if (!provesNothingWritten(write.operation, error)) await this.touch(write, tags())
      throw error
    }
    await this.touch(write, tags(result))
    return result
  }

  private async touch({ model, operation, transaction }: Write, tags: Set<string>): Promise<void> {
    const touch: Touch = { model, operation, tags }
    if (transaction?.kind === 'itx') await this.transactions.add(transaction.id, touch)
    else await this.drop([touch])
  }
}
