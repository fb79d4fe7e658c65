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

/**
 * The arguments of a call: the copy that Prisma gives a query extension, or the very ones where a copy loses what they
 * are, as that of an instance with a `toJSON` of its class does.
 */
export function argsOf<T>(call: { readonly args: T }): T {
  // Prisma's own copy is made of these.
  const own = property(property(call, '__internalParams'), 'args') as T
  return holdsConvertible(own) ? own : call.args
}

function holdsConvertible(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsConvertible)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return Object.values(value).some(holdsConvertible)
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
