import { performance } from 'node:perf_hooks'
import { PrismaClientKnownRequestError, PrismaClientValidationError } from '@prisma/client/runtime/client'
import { StoreDownError } from './breaker.ts'
import type { Drops } from './drops.ts'
import { type WriteEvent, writeChannel } from './events.ts'
import { provesNothingWritten } from './failed-writes.ts'
import type { Intent, Intents } from './intents.ts'
import { type CallArgs, showKeyColumns } from './key-columns.ts'
import type { Settings } from './options.ts'
import { type Lens, versionKey } from './plan.ts'
import type { TransactionKind } from './prisma-internals.ts'
import { touchesOfRaw } from './raw-tags.ts'
import type { Watch } from './sources.ts'
import { StoreRefusalError } from './store.ts'
import { tableOf } from './tags.ts'
import { Touches } from './touches.ts'
import { traced } from './traces.ts'
import { type Touch, Transactions } from './transactions.ts'
import { touchesOfWrite, type Volatile } from './write-tags.ts'

export interface Write {
  /** Undefined for a raw statement. */
  readonly model: string | undefined
  readonly operation: string
  readonly args: CallArgs
  /** The arguments as the database hears of them. */
  readonly told: CallArgs
  readonly lens: Lens
  /** The path of a fluent call from the written row to what is returned in its place; empty for all other calls. */
  readonly dataPath: readonly string[]
  readonly transaction: TransactionKind
  readonly query: (args: CallArgs) => Promise<unknown>
}

/** Carries out writes, and drops what they made untrue before their callers hear of it. */
export class Writes {
  readonly transactions = new Transactions((touches) => this.drop(touches))
  /** Tags dropped, by the table that they are of. */
  readonly dropped = new Map<string, number>()
  private readonly settings: Settings
  private readonly drops: Drops
  private readonly intents: Intents
  private readonly volatile: Volatile
  private readonly watch: Watch

  constructor(settings: Settings, drops: Drops, intents: Intents, watch: Watch) {
    this.settings = settings
    this.watch = watch
    this.drops = drops
    this.intents = intents
    this.volatile = new Map(
      Object.entries(settings.models).map(([model, own]) => [model, new Set(own ? own.volatile : [])]),
    )
  }

  /** @throws what the write throws, and a StoreDownError where writes are to be refused */
  carryOut(write: Write): Promise<unknown> {
    this.watch.getStore()?.lose()
    const { namespace } = this.settings
    const { model, operation } = write
    const answer = traced({ kind: 'write', namespace, model, operation }, () => this.carry(write))
    if (write.transaction?.kind === 'itx') this.transactions.track(write.transaction.id, answer)
    return answer
  }

  private async carry(write: Write): Promise<unknown> {
    const { model, operation, args, lens, dataPath, transaction, query } = write
    if (model === undefined)
      return this.dropAfter(
        write,
        () => query(args),
        () => touchesOfRaw(this.settings.schema, operation, args),
      )
    // What a fluent call returns are other rows: they tell nothing of the one that was written.
    if (dataPath.length > 0)
      return this.dropAfter(
        write,
        () => query(args),
        () => this.touchesOf(write, model),
      )
    // A batch is one question: what is wrong with another part of it is said of all, and none may be asked again alone.
    if (transaction?.kind === 'batch') return this.run(write, model, args)
    const shown = showKeyColumns(this.settings.schema, model, operation, args, lens)
    try {
      return shown.hide(await this.run(write, model, shown.args))
    } catch (error) {
      // What we asked for on top must not show in what Prisma says of the caller's mistake.
      if (shown.args !== args && transaction === undefined && mayBeOfOurs(error))
        return this.run(write, model, args)
      throw error
    }
  }

  /** Drops what has been touched, now. Never rejects: what cannot be delivered is owed. */
  async drop(touches: readonly Touch[]): Promise<boolean> {
    const tags = new Set(touches.flatMap((touch) => [...touch.tags]))
    if (tags.size === 0) return true
    const { namespace } = this.settings
    const drop = { kind: 'drop', namespace, model: undefined, operation: 'drop' } as const
    return traced(drop, () => this.dropTags(touches, tags))
  }

  private async dropTags(touches: readonly Touch[], tags: ReadonlySet<string>): Promise<boolean> {
    const start = performance.now()
    const keys = this.keysOf(tags)
    const leaving = this.intents.leaving()
    const dropped = await this.drops.deliver(keys)
    // A row that was written may have been in row sets that another write, not dropped yet, has taken it out of.
    const tables = new Set([...tags].map(tableOf))
    const prefix = versionKey(this.settings, '').length
    const left = (await leaving).filter(
      (key) => !keys.includes(key) && tables.has(tableOf(key.slice(prefix))),
    )
    const delivered = (left.length === 0 || (await this.drops.deliver(left))) && dropped
    for (const tag of tags) this.dropped.set(tableOf(tag), (this.dropped.get(tableOf(tag)) ?? 0) + 1)
    if (!writeChannel.hasSubscribers) return delivered
    const event: WriteEvent = {
      namespace: this.settings.namespace,
      writes: touches.map(({ model, operation }) => ({ model, operation })),
      tags: [...tags],
      delivered,
      milliseconds: performance.now() - start,
    }
    writeChannel.publish(event)
    return delivered
  }

  private run(write: Write, model: string, args: CallArgs): Promise<unknown> {
    return this.dropAfter(
      write,
      () => write.query(args),
      (result) => this.touchesOf(write, model, result),
    )
  }

  /** Does not throw: what the tags of a write cannot be told from drops everything. */
  private touchesOf({ operation, told }: Write, model: string, result?: unknown): Touches {
    try {
      return touchesOfWrite(this.settings.schema, model, operation, told, result, this.volatile)
    } catch {
      const touches = new Touches(this.settings.schema)
      touches.everything()
      return touches
    }
  }

  /** @param touches what the write touches, by its result, or by no more than its arguments */
  private async dropAfter(
    write: Write,
    ask: () => Promise<unknown>,
    touches: (result?: unknown) => Touches,
  ): Promise<unknown> {
    const { tags, left } = touches()
    const intent = this.intents.note(this.keysOf(tags), this.keysOf(left))
    const ready = this.ready(intent, left.size > 0)
    // Where calls of a transaction are made at once, the database hears of them in that order.
    if (write.transaction?.kind === 'itx') this.transactions.require(write.transaction.id, ready)
    else await ready
    let result: unknown
    try {
      result = await this.transactions.watch(intent, ask)
    } catch (error) {
      if (provesNothingWritten(write, error)) intent.done()
      else {
        const touched = this.touch(write, touches().tags, intent, false)
        // Of a batch that failed, the caller hears when all is dropped: see `Transactions.batch`.
        if (write.transaction?.kind !== 'batch') await touched
      }
      throw error
    }
    await this.touch(write, touches(result).tags, intent, true)
    return result
  }

  /**
   * What must have been noted before a write may be committed.
   *
   * @throws StoreDownError where writes are to be refused
   */
  private async ready(intent: Intent, leaves: boolean): Promise<void> {
    if (this.settings.refuseWrites) await mayWrite(intent)
    // Others that write such a row see only where it is by then, and must know.
    else if (leaves) await intent.noted.catch(() => {})
  }

  private keysOf(tags: ReadonlySet<string>): string[] {
    return [...tags].map((tag) => versionKey(this.settings, tag))
  }

  /** @param sure whether the write is known to have taken place, or in a transaction, to do so with it */
  private async touch(
    { model, operation, transaction }: Write,
    tags: ReadonlySet<string>,
    intent: Intent,
    sure: boolean,
  ): Promise<void> {
    const touch: Touch = { model, operation, tags, intent }
    if (transaction?.kind === 'itx') await this.transactions.add(transaction.id, touch)
    else await this.transactions.settle([touch], sure)
  }
}

/** Whether an error may come of what we have asked for on top, of which nothing was written. */
const mayBeOfOurs = (error: unknown): boolean =>
  error instanceof PrismaClientValidationError ||
  // A column that is not there, or not any more while another version is deployed.
  (error instanceof PrismaClientKnownRequestError && error.code === 'P2022')

/** @throws StoreDownError where the store does not take the note, and so would not take the drop either */
async function mayWrite(intent: Intent): Promise<void> {
  try {
    await intent.noted
  } catch (cause) {
    // One that is full is there, and takes drops.
    if (cause instanceof StoreRefusalError) return
    intent.done()
    throw new StoreDownError('the store cannot be reached, and nothing was written', { cause })
  }
}
