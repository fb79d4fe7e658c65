import { createHash } from 'node:crypto'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { invalid } from './problems/problem.ts'
import { Id } from './schemas/common.ts'

/*
 * Pages by keyset: a cursor holds the place of the last row in the order of the list, not a count of rows, so that rows
 * may come and go between two pages, this very row too. `id` breaks ties, in the direction of the order.
 */

export type Direction = 'asc' | 'desc'

/** Where a row stands in a list: its value in the column that the list is sorted by, and its id. */
export interface Place<V> {
  readonly value: V
  readonly id: number
}

/** Filters for values beyond one, in a direction, and for those that may also equal it. */
export const beyond = <V>(direction: Direction, value: V) =>
  direction === 'asc' ? { gt: value } : { lt: value }
export const from = <V>(direction: Direction, value: V) =>
  direction === 'asc' ? { gte: value } : { lte: value }

/**
 * An opaque text for a place in a list.
 *
 * @param list the name of the list and its order: the cursor is good for no other
 */
export function encodeCursor(list: string, { value, id }: Place<unknown>): string {
  const text = Buffer.from(JSON.stringify([value, id])).toString('base64url')
  return `${text}.${checksum(list, text)}`
}

/**
 * The place that a cursor stands for; undefined without a cursor.
 *
 * @param value the schema of the values in the list's column
 * @throws ProblemError for a text that is no cursor of this list, a 400
 */
export function decodeCursor<S extends TSchema>(
  list: string,
  value: S,
  cursor: string | undefined,
): Place<S['static']> | undefined {
  if (cursor === undefined) return undefined
  const [text = '', sum, ...rest] = cursor.split('.')
  const place = rest.length === 0 && sum === checksum(list, text) ? parsed(text) : undefined
  // The checksum is no secret: whoever computes one may put anything before it.
  if (Array.isArray(place) && Value.Check(value, place[0]) && Value.Check(Id, place[1]))
    return { value: place[0], id: place[1] }
  throw invalid({ field: 'cursor', message: 'is not the next of a page of this list in this order' })
}

/**
 * A page, from one row more than it shall hold: the one that tells whether there is another page.
 *
 * @param cursorAt the cursor of a row
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorAt: (row: Row) => string) {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return { data, next: rows.length > limit && last !== undefined ? cursorAt(last) : null }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}

const checksum = (list: string, text: string): string =>
  createHash('sha256').update(`${list}\n${text}`).digest('base64url').slice(0, 12)
