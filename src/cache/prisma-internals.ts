import { Decimal } from '@prisma/client/runtime/client'

/**
 * What the cache needs of Prisma Client and Prisma does not promise: looked at with Prisma 7.10 and nowhere but here.
 * `test/cache/prisma-internals.test.ts` fails when it changes.
 */

export type TransactionKind =
  | { readonly kind: 'itx'; readonly id: string }
  | { readonly kind: 'batch' }
  | undefined

const TRANSACTION_SCOPE = Symbol.for('prisma.client.transaction.scope_context')

const property = (value: unknown, name: string | symbol): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** The transaction in which an operation runs, from what a query extension is called with. */
export function transactionOf(call: object): TransactionKind {
  const transaction = property(property(call, '__internalParams'), 'transaction')
  if (transaction === undefined) return undefined
  if (property(transaction, 'kind') === 'batch') return { kind: 'batch' }
  const id = property(transaction, 'id')
  if (typeof id !== 'string')
    throw new Error('this version of Prisma Client hides which transaction a call is in')
  return { kind: 'itx', id }
}

/** The path of a fluent call, `['select', 'books']`, from what a query extension is called with. */
export function dataPathOf(call: object): readonly string[] {
  const path = property(property(call, '__internalParams'), 'dataPath')
  if (!Array.isArray(path)) throw new Error('this version of Prisma Client hides the path of a fluent call')
  return path.map(String)
}

/** What a call makes of an aggregation's `_count`, on which the arguments decide that it was first made with. */
export function countOf(call: { readonly operation: string }): unknown {
  const unpack = property(property(call, '__internalParams'), 'unpacker')
  if (typeof unpack !== 'function') return undefined
  const row = { _count: { _all: 0 } }
  return Reflect.apply(unpack, undefined, [call.operation === 'groupBy' ? [row] : row])
}

/** The same of a call that is not made but with these arguments, and by no other extension. */
export function countOfArgs(operation: string, args: unknown): unknown {
  const all = { _all: 0 }
  if (operation === 'count') return typeof property(args, 'select') === 'object' ? all : 0
  const row = { _count: typeof property(args, '_count') === 'boolean' ? 0 : all }
  if (operation === 'aggregate') return row
  return operation === 'groupBy' ? [row] : undefined
}

/**
 * The arguments of a call: the copy that Prisma gives a query extension, but with the very objects that have a `toJSON`,
 * which a copy may lose, and with bytes of its own, where a copied Buffer still has its caller's.
 */
export const argsOf = <T>(call: { readonly args: T }): T => restored(call, (object) => object)

/** The same with what each `toJSON` gives in its place: what the database hears of, which alone tells what is written. */
export const plainArgsOf = <T>(call: { readonly args: T }): T => restored(call, (object) => object.toJSON())

interface Convertible {
  toJSON(): unknown
}

// It has the copy's shape, and its types.
const restored = <T>(call: { readonly args: T }, of: (object: Convertible) => unknown): T =>
  restoreParts(property(property(call, '__internalParams'), 'args'), call.args, of) as T

/** In the order in which Prisma looks at a value: an array is one whatever else it is. */
function restore(own: unknown, copy: unknown, of: (object: Convertible) => unknown): unknown {
  if (copy instanceof Uint8Array) return Uint8Array.prototype.slice.call(copy)
  if (own === copy || Array.isArray(own) || !isConvertible(own)) return restoreParts(own, copy, of)
  return of(own)
}

/** The arguments as a whole are never asked for their `toJSON`. */
function restoreParts(own: unknown, copy: unknown, of: (object: Convertible) => unknown): unknown {
  if (own === copy || typeof own !== 'object' || own === null || typeof copy !== 'object' || copy === null)
    return copy
  if (Array.isArray(own) && Array.isArray(copy))
    return copy.map((item, index) => restore(own[index], item, of))
  if (Object.getPrototypeOf(copy) !== Object.prototype) return copy
  return Object.fromEntries(
    Object.entries(copy).map(([name, item]) => [name, restore(property(own, name), item, of)]),
  )
}

function isConvertible(value: unknown): value is Convertible {
  const known = value instanceof Date || ArrayBuffer.isView(value) || Decimal.isDecimal(value)
  return !known && typeof property(value, 'toJSON') === 'function'
}

/** Asks the database with other arguments than a call's own, of which Prisma is to know nothing when it has the result. */
export function askBeside<T>(
  call: { readonly query: (args: T) => Promise<unknown> },
  args: T,
): Promise<unknown> {
  const own = property(call, '__internalParams')
  if (typeof own !== 'object')
    throw new Error('this version of Prisma Client hides what a call is asked with')
  return Reflect.apply(call.query, undefined, [args, { ...own }])
}

/** Makes a call of a client anew, from what a query extension was told of it. */
export async function askAgain(
  client: object,
  { model, operation, args }: { readonly model: string; readonly operation: string; readonly args: unknown },
): Promise<unknown> {
  const delegate = property(client, `${model.slice(0, 1).toLowerCase()}${model.slice(1)}`)
  const method = property(delegate, operation)
  if (typeof method !== 'function') throw new Error(`the client has no ${model}.${operation}`)
  return Reflect.apply(method, delegate, [args])
}

/** The client that a client was extended from. The one that was constructed is its own. */
export const parentOf = (client: object): unknown => property(client, '_appliedParent')

/** Gives a client another parent: what its `$parent` is, and its models' `$parent`, within a transaction too. */
export function setParent(client: object, parent: () => unknown): void {
  if (parentOf(client) === undefined)
    throw new Error('this version of Prisma Client hides the parent of a client')
  Object.defineProperty(client, '_appliedParent', { get: parent, configurable: true })
}

/** The id of the interactive transaction that a client is bound to; undefined for a client outside of any. */
export function transactionIdOf(client: object): string | undefined {
  const id = property(property(client, TRANSACTION_SCOPE), 'txId')
  return typeof id === 'string' ? id : undefined
}

/** Milliseconds that an interactive transaction may take, by the options of its own and of the client. */
export function transactionTimeoutOf(client: object, options: unknown): number {
  const own = property(options, 'timeout')
  // A timer takes any value for a number.
  if (own !== undefined && own !== null) return Number(own)
  const timeout = property(property(property(client, '_engineConfig'), 'transactionOptions'), 'timeout')
  if (typeof timeout !== 'number')
    throw new Error('this version of Prisma Client hides how long a transaction may take')
  return timeout
}

/** The `omit` that a client was constructed with, by model (`book`) and column. */
export const globalOmitOf = (client: object): unknown => property(client, '_globalOmit')

/** By model, the fields that a client knows, each with its type: a scalar, an enum or another model. */
export function fieldTypesOf(client: object): Record<string, Record<string, string>> {
  const models = property(property(client, '_runtimeDataModel'), 'models')
  if (typeof models !== 'object' || models === null)
    throw new Error('this version of Prisma Client hides its data model')
  return Object.fromEntries(
    Object.entries(models).map(([model, facts]) => {
      const fields = property(facts, 'fields')
      const known = Array.isArray(fields)
        ? fields.filter((field) => property(field, 'kind') !== 'unsupported')
        : []
      return [
        model,
        Object.fromEntries(known.map((field) => [property(field, 'name'), String(property(field, 'type'))])),
      ]
    }),
  )
}

/** Whether a client was generated with `strictUndefinedChecks`. */
export function isStrict(client: object): boolean {
  const features = property(client, '_previewFeatures')
  if (!Array.isArray(features)) throw new Error('this version of Prisma Client hides its preview features')
  return features.includes('strictUndefinedChecks')
}

/**
 * By model, the computed fields that extensions have given a client, each with the columns that it needs: Prisma asks
 * for those as well, and hides them again.
 */
export function computedFieldsOf(
  client: object,
  models: readonly string[],
): Record<string, Record<string, readonly string[]>> {
  const extensions = property(client, '_extensions')
  const fieldsOf = property(extensions, 'getAllComputedFields')
  if (typeof fieldsOf !== 'function') throw new Error('this version of Prisma Client hides computed fields')
  return Object.fromEntries(
    models.flatMap((model) => {
      const fields: unknown = Reflect.apply(fieldsOf, extensions, [model])
      if (typeof fields !== 'object' || fields === null) return []
      return [[model, Object.fromEntries(Object.entries(fields).map(needsOf))]]
    }),
  )
}

function needsOf([name, field]: [string, unknown]): [string, readonly string[]] {
  const needs = property(field, 'needs')
  if (!Array.isArray(needs))
    throw new Error('this version of Prisma Client hides what a computed field needs')
  return [name, needs.map(String)]
}

/** `client.$transaction`, to be called on any client extended from it. */
export function transactionMethodOf(
  client: object,
): (on: object, ...args: readonly unknown[]) => Promise<unknown> {
  const method = property(client, '$transaction')
  if (typeof method !== 'function') throw new Error('cache() extends a Prisma Client, and this is none')
  return (on, ...args) => Reflect.apply(method, on, args)
}
