import { digest } from './argument-key.ts'

/**
 * What is known of one row, or of every row of a set: field name to the text of its value, as `pins.ts` makes it.
 * An empty one says nothing, and stands for every row of the table.
 */
export type Known = ReadonlyMap<string, string>

/** Rows by what is known of them; a row of the set satisfies at least one. */
export type Rows = readonly Known[]

export const ANY_ROW: Rows = [new Map()]

/** The table of a tag, or of its name in the store. */
export const tableOf = (tag: string): string => tag.split(/[[:]/, 1)[0] ?? tag

/** The name of all rows of a model, or of a join table. */
export const tableTag = (table: string): string => table

/**
 * The rows of a model that join tables lead to. A new row is in none: it is only when it is linked, which touches the
 * join table.
 */
export const joinedTag = (table: string): string => `${table}[joined]`

/** The rows in which the columns of a key column set have these values: `Book[id=7]`. */
export const rowSetTag = (table: string, columns: readonly string[], known: Known): string =>
  `${table}[${columns.map((column) => `${column}=${known.get(column)}`).join(',')}]`

/** Some row sets of a key column set, unknown which: `Book[id=*]`. */
export const sweepTag = (table: string, columns: readonly string[]): string =>
  `${table}[${columns.map((column) => `${column}=*`).join(',')}]`

/** Whether every column of a key column set is known. */
export const covers = (known: Known, columns: readonly string[]): boolean =>
  columns.every((column) => known.has(column))

/** The columns of a join table, named after the fields that read it, so that a self-relation's two ends differ. */
export const joinColumn = (model: string, field: string): string => `${model}.${field}`

/**
 * A tag's name in the store. A row set's values are digested, so that nobody reads them there; the rest stays legible.
 */
export function tagKey(tag: string): string {
  const bracket = tag.indexOf('[')
  if (bracket < 0 || tag.endsWith('=*]')) return tag
  return `${tag.slice(0, bracket)}:${digest(tag)}`
}
