import { type Args, isArgs } from './pins.ts'
import { askedBeyond, askedOf, namesInOrder } from './property-order.ts'
import { fromJson, NotEncodableError, toJson } from './scalars.ts'
import {
  type CacheSchema,
  fieldOf,
  isRelation,
  isScalar,
  type ModelFacts,
  modelFacts,
} from './schema-facts.ts'

/** Where a read's result is to be found in the schema. */
export interface Shape {
  readonly schema: CacheSchema
  readonly model: string
  readonly operation: string
  readonly args: unknown
  /** The path that a fluent call takes from the model: `['select', 'books']`. Empty for all other calls. */
  readonly dataPath: readonly string[]
}

/**
 * A result as JSON text, from which `decode` makes an equal one.
 *
 * @throws NotEncodableError
 */
export const encode = (shape: Shape, result: unknown): string =>
  JSON.stringify(convert(shape, result, toJson))

/**
 * The result that `encode` was given, each time anew: same values, same prototypes, nothing shared.
 *
 * @throws an Error for a text that is not one of `encode`'s
 */
export const decode = (shape: Shape, text: string): unknown => convert(shape, JSON.parse(text), fromJson)

type Convert = (type: string, value: unknown) => unknown

function convert(shape: Shape, result: unknown, scalar: Convert): unknown {
  const { schema, model, operation, args, dataPath } = shape
  const asked = askedOf(operation, args, dataPath)
  if (operation === 'count') return counts(result, asked)
  const at = dataPath.reduce((name, step, index) => {
    const field = index % 2 === 1 ? fieldOf(modelFacts(schema, name), step) : undefined
    return isRelation(field) ? field.model : name
  }, model)
  return rows({ schema, scalar }, modelFacts(schema, at), result, asked)
}

interface Conversion {
  readonly schema: CacheSchema
  readonly scalar: Convert
}

function rows(how: Conversion, facts: ModelFacts, value: unknown, asked: unknown): unknown {
  if (value === null) return null
  if (Array.isArray(value)) return value.map((item) => rows(how, facts, item, asked))
  if (!isArgs(value)) throw new NotEncodableError('a row is not a plain object')
  return inOrder(value, asked, (name, item) => column(how, facts, name, item, askedBeyond(asked, name)))
}

function column(how: Conversion, facts: ModelFacts, name: string, value: unknown, asked: unknown): unknown {
  const field = fieldOf(facts, name)
  if (isRelation(field)) return rows(how, modelFacts(how.schema, field.model), value, asked)
  if (isScalar(field)) return values(field.type, value, how.scalar)
  if (name === '_count') return counts(value, asked)
  if (!AGGREGATES.has(name)) throw new NotEncodableError(`the schema has no field ${name}`)
  if (value === null) return null
  if (!isArgs(value)) throw new NotEncodableError(`${name} is not a plain object`)
  return inOrder(value, asked, (column, item) => {
    const aggregated = fieldOf(facts, column)
    if (!isScalar(aggregated)) throw new NotEncodableError(`the schema has no column ${column}`)
    const averaged = name === '_avg' && aggregated.type !== 'Decimal'
    return values(averaged ? 'Float' : aggregated.type, item, how.scalar)
  })
}

const inOrder = (row: Args, asked: unknown, convert: (name: string, item: unknown) => unknown): Args =>
  Object.fromEntries(namesInOrder(row, asked).map((name) => [name, convert(name, row[name])]))

const AGGREGATES = new Set(['_avg', '_sum', '_min', '_max'])

/** `_count` and what `count` returns: a number, or an object of numbers. */
function counts(value: unknown, asked: unknown): unknown {
  if (isArgs(value)) return inOrder(value, asked, (_, number) => counts(number, undefined))
  if (Number.isInteger(value) || value === null) return value
  throw new NotEncodableError('a count is not a number')
}

const values = (type: string, value: unknown, scalar: Convert): unknown => {
  if (value === null) return null
  // A Json column may hold an array, which is one value.
  return Array.isArray(value) && type !== 'Json'
    ? value.map((item) => values(type, item, scalar))
    : scalar(type, value)
}
