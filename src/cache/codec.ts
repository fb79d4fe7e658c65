import { isArgs } from './pins.ts'
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

function convert({ schema, model, operation, dataPath }: Shape, result: unknown, scalar: Convert): unknown {
  if (operation === 'count') return counts(result)
  const at = dataPath.reduce((name, step, index) => {
    const field = index % 2 === 1 ? fieldOf(modelFacts(schema, name), step) : undefined
    return isRelation(field) ? field.model : name
  }, model)
  return rows(schema, modelFacts(schema, at), result, scalar)
}

function rows(schema: CacheSchema, facts: ModelFacts, value: unknown, scalar: Convert): unknown {
  if (value === null) return null
  if (Array.isArray(value)) return value.map((item) => rows(schema, facts, item, scalar))
  if (!isArgs(value)) throw new NotEncodableError('a row is not a plain object')
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, column(schema, facts, name, item, scalar)]),
  )
}

function column(
  schema: CacheSchema,
  facts: ModelFacts,
  name: string,
  value: unknown,
  scalar: Convert,
): unknown {
  const field = fieldOf(facts, name)
  if (isRelation(field)) return rows(schema, modelFacts(schema, field.model), value, scalar)
  if (isScalar(field)) return values(field.type, value, scalar)
  if (name === '_count') return counts(value)
  if (!AGGREGATES.has(name)) throw new NotEncodableError(`the schema has no field ${name}`)
  if (value === null) return null
  if (!isArgs(value)) throw new NotEncodableError(`${name} is not a plain object`)
  return Object.fromEntries(
    Object.entries(value).map(([column, item]) => {
      const aggregated = fieldOf(facts, column)
      if (!isScalar(aggregated)) throw new NotEncodableError(`the schema has no column ${column}`)
      const averaged = name === '_avg' && aggregated.type !== 'Decimal'
      return [column, values(averaged ? 'Float' : aggregated.type, item, scalar)]
    }),
  )
}

const AGGREGATES = new Set(['_avg', '_sum', '_min', '_max'])

/** `_count` and what `count` returns: a number, or an object of numbers. */
function counts(value: unknown): unknown {
  const numbers = isArgs(value) ? Object.values(value) : [value]
  if (numbers.every((number) => Number.isInteger(number) || number === null)) return value
  throw new NotEncodableError('a count is not a number')
}

const values = (type: string, value: unknown, scalar: Convert): unknown => {
  if (value === null) return null
  // A Json column may hold an array, which is one value.
  return Array.isArray(value) && type !== 'Json'
    ? value.map((item) => values(type, item, scalar))
    : scalar(type, value)
}
