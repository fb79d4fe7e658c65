import { setImmediate } from 'node:timers/promises'
import { Prisma, type PrismaClientExtends } from '@prisma/client/extension'
import { type CacheClient, createCacheClient } from './cache-client.ts'
import { Continuity } from './continuity.ts'
import { callDatabase } from './database-calls.ts'
import { createDerivedCounts, DerivedTexts } from './derived.ts'
import { Drops } from './drops.ts'
import { guardedStore } from './guarded-store.ts'
import { HotReads } from './hot-reads.ts'
import { Intents } from './intents.ts'
import { createNear, gatherGets, Lookups } from './lookups.ts'
import { CacheOptionError, type CacheOptions, checkSchema, settingsOf } from './options.ts'
import { everyVersionKey, isRead } from './plan.ts'
import {
  argsOf,
  askAgain,
  askBeside,
  computedFieldsOf,
  countOf,
  dataPathOf,
  fieldTypesOf,
  globalOmitOf,
  isStrict,
  parentOf,
  plainArgsOf,
  setParent,
  transactionIdOf,
  transactionMethodOf,
  transactionOf,
  transactionTimeoutOf,
} from './prisma-internals.ts'
import { Reads } from './reads.ts'
import { Refills } from './refills.ts'
import { createWatch, Sources } from './sources.ts'
import type { Level } from './stats.ts'
import { Sweeps } from './sweeps.ts'
import type { TransactionCallback } from './transactions.ts'
import { isExact, UniqueReads } from './unique-reads.ts'
import { Writes } from './writes.ts'

/**
 * A Prisma Client extension that answers reads from a store, and makes every write drop exactly what it made untrue.
 *
 * ```ts
 * const prisma = new PrismaClient({ adapter }).$extends(cache({ schema, store: redisStore(redis) }))
 * ```
 *
 * It is always the innermost extension: one applied after it runs outside it all the same. What another one makes of
 * arguments is in the key, and what it makes of results is not in the entry.
 *
 * @throws CacheOptionError for options that cannot be, also where it is applied to the client of another schema
 */
export function cache(options: CacheOptions) {
  const checked = settingsOf(options)
  const { namespace, deadline, crashBound, near } = checked
  const store = guardedStore(checked.store, deadline, namespace)
  const settings = { ...checked, store }
  const uniqueReads = new UniqueReads()
  const refills = new Refills(settings.refill)
  const drops = new Drops(store, everyVersionKey(settings), (keys) => refills.dropped(keys))
  const continuity = new Continuity(store, namespace, drops)
  const intents = new Intents(store, namespace, crashBound, drops)
  const sweeps = new Sweeps(store, namespace, crashBound, drops, intents.owner)
  const trust = {
    known: () => drops.owing === 0 && sweeps.isClear && continuity.isHeld,
    // Which server it is comes last: the others may take a while, in which a connection may be lost.
    settled: async () => (await drops.settled()) && (await sweeps.clear()) && (await continuity.holds()),
  }
  const get = gatherGets(store, trust.known)
  const levels: Level[] = []
  const createLookups = <T>(open: (text: string) => T) => {
    const lookups = new Lookups(get, trust, open, near > 0 ? createNear<T>(near * MEGABYTE) : undefined)
    levels.push(lookups)
    return lookups
  }
  const watch = createWatch()
  const hotReads = new HotReads(store.ranks, namespace, settings.hot)
  const parts = { refills, hotReads, watch }
  const reads = new Reads(settings, createLookups(String), parts)
  const writes = new Writes(settings, drops, intents, watch)
  const counts = createDerivedCounts()
  const derived = <T>(kind: string, open: (text: string) => T) =>
    new DerivedTexts(kind, settings, createLookups(open), { ...parts, counts })

  /** @param parent the client that is being extended, where `client` is but what lies below our own extension */
  function extend(client: PrismaClientExtends, parent?: object) {
    const lens = {
      omit: globalOmitOf(client),
      computed: computedFieldsOf(client, Object.keys(settings.schema.models)),
      strict: isStrict(client),
    }
    const transact = transactionMethodOf(client)
    /** A transaction within one commits with it, and a batch's writes drop one by one as soon as it has committed. */
    function $transaction(this: object, input: unknown, ...options: unknown[]): Promise<unknown> {
      if (!isCallback(input)) return writes.transactions.batch(() => transact(this, input, ...options))
      if (transactionIdOf(this) !== undefined) return transact(this, input, ...options)
      const timeout = transactionTimeoutOf(this, options[0])
      return writes.transactions.run((callback) => transact(this, callback, ...options), input, timeout)
    }
    /** A later extension goes below ours; one that is a function makes its own of the client that it is given. */
    function $extends(this: object, extension: object): unknown {
      return typeof extension === 'function' ? extension(this) : extend(client.$extends(extension), this)
    }
    const $cache: CacheClient = createCacheClient(
      settings,
      { reads, writes, derived, counts, levels, refills, hotReads, drops, intents, sweeps, store },
      lens,
      // Of its sources as well, so that it tells how it was answered.
      async (read) => {
        const sources = new Sources()
        await watch.run(sources, () => askAgain(extended, read))
        return [...sources.outcomes][0] ?? 'failed'
      },
    )
    // Not named in the type, so that these keep the types that Prisma gives them.
    const overrides: object = { $transaction, $extends }

    const extended = client.$extends({
      name: 'hotshelf',
      client: { $cache, ...overrides },
      query: {
        $allOperations(call) {
          const { model, operation } = call
          const args = argsOf(call)
          const transaction = transactionOf(call)
          const dataPath = dataPathOf(call)
          const query = (asked: typeof args) =>
            callDatabase({ namespace, model, operation }, () =>
              transaction?.kind === 'batch' ? failInOrder(askBeside(call, asked)) : askBeside(call, asked),
            )
          if (model === undefined || !isRead(operation)) {
            sweeps.start()
            const told = plainArgsOf(call)
            return writes.carryOut({ model, operation, args, told, lens, dataPath, transaction, query })
          }
          const read = { model, operation, args, lens, dataPath, count: countOf(call) }
          const ask = () => query(args)
          if (transaction) return reads.carryOut(read, true, ask)
          const unique = operation.startsWith('findUnique')
          const exact = unique && isExact(settings.schema, model, dataPath, args)
          return reads.carryOut(read, false, unique ? () => uniqueReads.ask(ask, exact) : ask)
        },
      },
    })
    // No parent is a client below the cache: where it would be, it is the cached client of that one.
    let above = parent
    setParent(extended, () => {
      above ??= cachedParentOf(client) ?? extended
      return above
    })
    return extended
  }
  function cachedParentOf(client: object): object | undefined {
    const below = parentOf(client)
    return below === client ? undefined : extend(below as PrismaClientExtends)
  }
  return Prisma.defineExtension((client) => {
    checkSchema(settings.schema, fieldTypesOf(client))
    if ('$cache' in client) throw new CacheOptionError('cache(): this client has a cache already')
    return extend(client)
  })
}

/** Prisma says of a batch what the first of its queries says that is heard of, so they fail one by one, in their order. */
async function failInOrder<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    await setImmediate()
    throw error
  }
}

const MEGABYTE = 1024 * 1024

const isCallback = (input: unknown): input is TransactionCallback => typeof input === 'function'
