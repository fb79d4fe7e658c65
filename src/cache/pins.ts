import { Decimal, skip } from '@prisma/client/runtime/client'
import {
  type CacheSchema,
  fieldOf,
  isPinnable,
  isRelation,
  isScalar,
  keyColumns,
  type ModelFacts,
  modelFacts,
  oppositeOf,
  type RelationFacts,
  type ScalarFacts,
} from './schema-facts.ts'
import { ANY_ROW, covers, type Known, type Rows } from './tags.ts'

/** More rows than this are not told apart: what is known of them is forgotten. */
export const MOST_ROWS = 50

export type Args = Readonly<Record<string, unknown>>

/** A plain object of arguments; dates, decimals, bytes and field references are not. */
export const isArgs = (value: unknown): value is Args => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A decimal, and not a plain object that says so of itself. */
export const isDecimal = (value: unknown): value is Decimal => Decimal.isDecimal(value) && !isArgs(value)

/** The arguments that Prisma sees: without `undefined` and `Prisma.skip`. */
export const given = (args: unknown): [string, unknown][] =>
  isArgs(args) ? Object.entries(args).filter(([, value]) => value !== undefined && value !== skip) : []

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

/**
 * The text that stands for a column's value, the same for every form in which PostgreSQL takes it for equal; undefined
 * where there is none. Two values may share one, which costs no more than a drop too many.
 */
export function valueText(field: ScalarFacts, value: unknown): string | undefined {
  if (value === null) return 'null'
  if (!isPinnable(field)) return undefined
  switch (field.type) {
    case 'Int':
      return Number.isInteger(value) ? String(value) : undefined
    case 'BigInt':
      return typeof value === 'bigint' || Number.isInteger(value) ? String(value) : undefined
    case 'Boolean':
      return typeof value === 'boolean' ? String(value) : undefined
    case 'Enum':
    case 'String':
      return typeof value === 'string' ? JSON.stringify(storedText(field, value)) : undefined
    default:
      return undefined
  }
}

/** A text as the column holds it, and as one of another native type that it references or that references it. */
function storedText({ native }: ScalarFacts, value: string): string {
  if (native === 'Uuid') return value.toLowerCase().replace(/[^0-9a-f]/g, '')
  // Half a surrogate pair goes to the database as U+FFFD, and a varchar loses spaces that are too many.
  return Buffer.from(value).toString().replace(/ +$/, '')
}

/** The rows that satisfy what is known of both; `rows` alone, which holds them all, where there would be too many. */
export function both(rows: Rows, more: Rows): Rows {
  if (rows.length * more.length > MOST_ROWS) return rows
  return rows.flatMap((known) => more.map((other) => new Map([...other, ...known])))
}

/** What a `where` says of the rows that satisfy it: the values that it pins by equality. */
export function rowsOfWhere(schema: CacheSchema, model: string, where: unknown): Rows {
  const facts = modelFacts(schema, model)
  return given(where).reduce<Rows>((rows, [name, value]) => {
    if (name === 'AND')
      return asList(value).reduce<Rows>((all, part) => both(all, rowsOfWhere(schema, model, part)), rows)
    if (name === 'OR')
      return both(rows, eitherOf(asList(value).map((part) => rowsOfWhere(schema, model, part))))
    if (name === 'NOT') return rows
    const compound = Object.hasOwn(facts.compounds, name) && !fieldOf(facts, name)
    if (compound) return both(rows, rowsOfWhere(schema, model, value))
    const field = fieldOf(facts, name)
    if (isScalar(field)) return both(rows, pinned(name, field, value))
    if (isRelation(field)) return both(rows, rowsByParent(schema, facts, field, value))
    return rows
  }, ANY_ROW)
}

const eitherOf = (alternatives: readonly Rows[]): Rows => {
  const rows = alternatives.flat()
  return rows.length === 0 || rows.length > MOST_ROWS ? ANY_ROW : rows
}

function pinned(name: string, field: ScalarFacts, filter: unknown): Rows {
  const values = equalValues(filter)
  if (field.list || !values || values.length === 0 || values.length > MOST_ROWS) return ANY_ROW
  const texts = values.map((value) => valueText(field, value))
  return texts.every((text) => text !== undefined)
    ? [...new Set(texts)].map((text) => new Map([[name, text]]))
    : ANY_ROW
}

function equalValues(filter: unknown): readonly unknown[] | undefined {
  if (!isArgs(filter)) return [filter]
  const conditions = Object.fromEntries(given(filter))
  if (conditions.mode === 'insensitive') return undefined
  if ('equals' in conditions) return [conditions.equals]
  return Array.isArray(conditions.in) ? conditions.in : undefined
}

/** A filter on the parent by the very columns that the foreign key references pins the foreign key. */
function rowsByParent(
  schema: CacheSchema,
  facts: ModelFacts,
  relation: RelationFacts,
  filter: unknown,
): Rows {
  const parent = isFilter(schema, relation, filter) ? filter.is : filter
  const { key } = relation
  return key && isArgs(parent)
    ? carry(rowsOfWhere(schema, relation.model, parent), key.to, key.from, facts)
    : ANY_ROW
}

/** Whether a filter on a to-one relation is `{ is, isNot }` rather than the parent's `where` itself. */
export function isFilter(schema: CacheSchema, relation: RelationFacts, filter: unknown): filter is Args {
  const { fields } = modelFacts(schema, relation.model)
  return given(filter).some(([name]) => (name === 'is' || name === 'isNot') && !Object.hasOwn(fields, name))
}

/** What is known of the rows of a model whose columns `to` hold the values of the columns `from` of these rows. */
export const carry = (rows: Rows, from: readonly string[], to: readonly string[], facts: ModelFacts): Rows =>
  rows.map((known) => {
    const carried = from.map((name, index): [string, string] => [
      to[index] ?? name,
      known.get(name) ?? 'null',
    ])
    // Values that are equal to a foreign key may differ from it, in a column of a type that takes them for equal.
    return new Map(covers(known, from) ? carried.filter(([name]) => isPinnable(fieldOf(facts, name))) : [])
  })

/** What is known of the rows at the far end of a relation, from what is known of the rows at its near end. */
export function rowsThrough(schema: CacheSchema, relation: RelationFacts, rows: Rows): Rows {
  const facts = modelFacts(schema, relation.model)
  if (relation.key) return carry(rows, relation.key.from, relation.key.to, facts)
  const { key } = oppositeOf(schema, relation)
  return key ? carry(rows, key.to, key.from, facts) : ANY_ROW
}

/**
 * What stays known of rows that Prisma finds first and then writes by their primary key: another transaction may have
 * changed all else in between.
 */
export const byPrimaryKey = ({ id }: ModelFacts, rows: Rows): Rows =>
  rows.map((known) => new Map([...known].filter(([column]) => id.includes(column))))

/** What the key columns of a row, or of the data that makes it, say of it: the others tell no rows apart. */
export function knownOf(facts: ModelFacts, row: unknown): Known {
  const known = new Map<string, string>()
  if (!isArgs(row)) return known
  for (const name of keyColumns(facts)) {
    const field = fieldOf(facts, name)
    const value = Object.hasOwn(row, name) ? row[name] : undefined
    if (value === undefined || value === skip || !isScalar(field) || field.list) continue
    const text = valueText(field, value)
    if (text !== undefined) known.set(name, text)
  }
  return known
}
