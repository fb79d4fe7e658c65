import { type CacheSchema, isRelation, modelFacts, relationsOf } from './schema-facts.ts'
import { tableOf } from './tags.ts'

/** A column of a tag and its value as `pins.ts` makes its text, which is one of JSON; `*` for any. */
const COLUMN = /([^=,[]+)=("(?:[^"\\]|\\.)*"|[^,\]]*)/g

type Column = readonly [name: string, value: string]

/**
 * Which writes drop a query that depends on these tags, in words, one for each tag in the tags' order:
 * `a write of a Review with bookId 5`.
 */
export const droppersOf = (schema: CacheSchema, tags: readonly string[]): string[] =>
  tags.map((tag) => dropperOf(schema, tag))

function dropperOf(schema: CacheSchema, tag: string): string {
  const table = tableOf(tag)
  const columns = [...tag.slice(table.length).matchAll(COLUMN)].map(
    ([, name = '', value = '']): Column => [name, value],
  )
  return Object.hasOwn(schema.models, table)
    ? ofModel(table, tag, columns)
    : ofJoinTable(schema, table, columns)
}

function ofModel(model: string, tag: string, columns: readonly Column[]): string {
  if (tag === model) return `any write to ${model}`
  if (columns.length === 0) return `an update or delete of any ${model}`
  if (!isSweep(columns)) return `a write of ${withArticle(model)} with ${inWords(columns)}`
  const names = columns.map(([name]) => name).join(' and ')
  return `a write to ${model} that does not tell each ${names} it reaches, or changes one`
}

/** Its columns are named after the fields that read it: `Book.authors`. */
function ofJoinTable(schema: CacheSchema, table: string, columns: readonly Column[]): string {
  const [[end = '', value = ''] = []] = columns
  const [model = '', field = ''] = end.split('.')
  if (end === '') return `any change of the links between ${endsOf(schema, table).join(' and ')}`
  return value === '*'
    ? `a change of the ${field} of ${model} that does not tell of which`
    : `a change of the ${field} of the ${model} with ${idOf(schema, model, field)} ${value}`
}

const withArticle = (noun: string): string => `${/^[AEIOU]/i.test(noun) ? 'an' : 'a'} ${noun}`

const isSweep = (columns: readonly Column[]): boolean => columns.every(([, value]) => value === '*')

const inWords = (columns: readonly Column[]): string =>
  columns.map(([name, value]) => `${name} ${value}`).join(' and ')

const endsOf = (schema: CacheSchema, table: string): string[] =>
  Object.entries(schema.models).flatMap(([model, facts]) =>
    relationsOf(facts).flatMap(([field, { join }]) => (join?.table === table ? [`${model}.${field}`] : [])),
  )

function idOf(schema: CacheSchema, model: string, field: string): string {
  const relation = modelFacts(schema, model).fields[field]
  return (isRelation(relation) && relation.join?.id) || 'id'
}
