import { hash } from 'node:crypto'
import { isObjectEnumValue, skip } from '@prisma/client/runtime/client'
import { isDecimal } from './pins.ts'

/** Thrown for arguments that hold something of which no text is known. A query with such arguments is not cached. */
export class NoKeyError extends Error {
  override name = 'NoKeyError'
}

/** A digest of at least 128 bits, safe in a Redis key. */
export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/**
 * A text of a value: equal for two that differ in no more than the order of properties, different for any others. Every
 * type is told apart.
 *
 * @throws NoKeyError
 */
export function argumentText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
      return String(value)
    case 'undefined':
      return 'undefined'
    case 'object':
      return value === null ? 'null' : objectText(value)
    default:
      throw new NoKeyError(`an argument is a ${typeof value}`)
  }
}

function objectText(value: object): string {
  if (value === skip) return 'skip'
  if (Array.isArray(value)) return `[${value.map(argumentText).join(',')}]`
  if (value instanceof Date) return `date ${value.getTime()}`
  // As short as it is, where toFixed makes a billion digits of 1e999999999.
  if (isDecimal(value)) return `decimal ${value.toExponential()}`
  // Prisma passes some Json on as it is, where JSON.stringify tells the two apart.
  if (Buffer.isBuffer(value)) return `buffer ${value.toString('base64')}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`
  if (isObjectEnumValue(value)) return `enum ${value._getName()}`
  if ('toJSON' in value) throw new NoKeyError('an argument has a toJSON of its own')
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return fieldText(value)
  const entries = Object.entries(value)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${argumentText(item)}`).join(',')}}`
}

/** `prisma.book.fields.title`: a reference to a column, of a class that Prisma keeps to itself. */
function fieldText(value: object): string {
  const { modelName, name, typeName }: { modelName?: unknown; name?: unknown; typeName?: unknown } = value
  if (typeof modelName !== 'string' || typeof name !== 'string' || typeof typeName !== 'string')
    throw new NoKeyError(`an argument is a ${value.constructor?.name}`)
  return `field ${JSON.stringify([modelName, name, typeName])}`
}
