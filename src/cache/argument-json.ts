import { AnyNull, DbNull, Decimal, isObjectEnumValue, JsonNull, skip } from '@prisma/client/runtime/client'
import { NoKeyError } from './argument-key.ts'
import { isArgs, isDecimal } from './pins.ts'

/** What JSON has no word for is an object with this property alone: `{ "$": ["date", "2026-01-01T00:00:00.000Z"] }`. */
const MARK = '$'

const NULLS = { DbNull, JsonNull, AnyNull }

/**
 * The arguments of a read as JSON text, of which `parseArguments` makes arguments of the same types.
 *
 * @throws NoKeyError for arguments that no text brings back
 */
export const argumentJson = (args: unknown): string => JSON.stringify(toPlain(args))

/** @throws an Error for a text that is not one of `argumentJson`'s */
export const parseArguments = (text: string): unknown => reviveArguments(JSON.parse(text))

const marked = (type: string, ...value: unknown[]) => ({ [MARK]: [type, ...value] })

function toPlain(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // JSON has neither NaN, the infinities nor -0.
      return Number.isFinite(value) && !Object.is(value, -0) ? value : marked('number', numberText(value))
    case 'bigint':
      return marked('bigint', String(value))
    case 'undefined':
      return marked('undefined')
    case 'object':
      return value === null ? null : objectToPlain(value)
    default:
      throw new NoKeyError(`an argument is a ${typeof value}`)
  }
}

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

function objectToPlain(value: object): unknown {
  if (value === skip) return marked('skip')
  if (Array.isArray(value)) return value.map(toPlain)
  // Of an invalid one there is no text, as of none that a database would take.
  if (value instanceof Date) return marked('date', value.toISOString())
  // As short as it is, where toFixed makes a billion digits of 1e999999999.
  if (isDecimal(value)) return marked('decimal', value.toString())
  if (Buffer.isBuffer(value)) return marked('buffer', value.toString('base64'))
  if (value instanceof Uint8Array) return marked('bytes', Buffer.from(value).toString('base64'))
  if (isObjectEnumValue(value)) return marked('null', value._getName())
  if (!isArgs(value)) throw new NoKeyError(`an argument is a ${value.constructor?.name}`)
  const plain = mapped(value, toPlain)
  return MARK in value ? marked('object', plain) : plain
}

/**
 * The same of the value that such a text stands for, where something else has parsed it.
 *
 * @throws an Error for what stands for no arguments
 */
export function reviveArguments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveArguments)
  if (!isArgs(value)) return value
  const mark = Object.hasOwn(value, MARK) ? value[MARK] : undefined
  if (!Array.isArray(mark)) return mapped(value, reviveArguments)
  const [type, content]: unknown[] = mark
  return type === 'object' && isArgs(content)
    ? mapped(content, reviveArguments)
    : revived(type, String(content))
}

function revived(type: unknown, text: string): unknown {
  switch (type) {
    case 'number':
      return Number(text)
    case 'bigint':
      return BigInt(text)
    case 'undefined':
      return undefined
    case 'skip':
      return skip
    case 'date':
      return new Date(text)
    case 'decimal':
      return new Decimal(text)
    case 'buffer':
      return Buffer.from(text, 'base64')
    case 'bytes':
      return new Uint8Array(Buffer.from(text, 'base64'))
    case 'null': {
      const found = Object.entries(NULLS).find(([name]) => name === text)
      if (found) return found[1]
    }
  }
  throw new Error(`there is no argument of a type ${JSON.stringify(type)}`)
}

const mapped = (value: object, map: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item)]))
