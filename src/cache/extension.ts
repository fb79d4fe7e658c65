import { Prisma } from '@prisma/client/extension'
import { type CacheClient, createCacheClient } from './cache-client.ts'
import { Drops } from './drops.ts'
import { type CacheOptions, settingsOf } from './options.ts'
import { isArgs } from './pins.ts'
import { isRead } from './plan.ts'
import {
  dataPathOf,
  globalOmitOf,
  transactionIdOf,
  transactionMethodOf,
  transactionOf,
} from './prisma-internals.ts'
import { Reads } from './reads.ts'
import type { TransactionCallback } from './transactions.ts'
import { Writes } from './writes.ts'

/**
 * A Prisma Client extension that answers reads from a store, and makes every write drop exactly what it made untrue.
 *
 * ```ts
 * const prisma = new PrismaClient({ adapter }).$extends(cache({ schema, store: redisStore(redis) }))
 * ```
 *
 * @throws CacheOptionError for options that cannot be
 */
export function cache(options: CacheOptions) {
  const settings = settingsOf(options)
  const drops = new Drops(settings.store)
  const reads = new Reads(settings, drops)
  const writes = new Writes(settings, drops)

  return Prisma.defineExtension((client) => {
    const omit = globalOmitOf(client)
    const omitted = (model: string): unknown =>
      isArgs(omit) ? omit[model.charAt(0).toLowerCase() + model.slice(1)] : undefined

    const transact = transactionMethodOf(client)
    /** A transaction within one commits with it, and a batch's writes drop one by one as soon as it has committed. */
    function $transaction(this: object, input: unknown, options?: unknown): Promise<unknown> {
      const outermost = isCallback(input) && transactionIdOf(this) === undefined
      if (!outermost) return transact(this, input, options)
      return writes.transactions.run((callback) => transact(this, callback, options), input)
    }
    const $cache: CacheClient = createCacheClient(settings, { reads, writes, drops }, omit)
    // Not named in the type, so that `$transaction` keeps the one that Prisma gives it.
    const overrides: object = { $transaction }

    return client.$extends({
      name: 'hotshelf',
      client: { $cache, ...overrides },
      query: {
        $allOperations(call) {
          const { model, operation, args, query } = call
          const transaction = transactionOf(call)
          if (model === undefined || !isRead(operation))
            return writes.carryOut({
              model,
              operation,
              args,
              query,
              transaction,
              omit: model && omitted(model),
            })
          const read = { model, operation, args, omit, dataPath: dataPathOf(call) }
          return reads.carryOut(read, transaction !== undefined, () => query(args))
        },
      },
    })
  })
}

const isCallback = (input: unknown): input is TransactionCallback => typeof input === 'function'
