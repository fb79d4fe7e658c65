import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Prisma } from '../generated/prisma/client.ts'
import { beyond, type Direction, decodeCursor, encodeCursor, from, type Place } from '../pagination.ts'
import type { BookColumn, BookQuery, BookSort } from '../schemas/book.ts'
import { INT32, STORABLE } from '../schemas/common.ts'
import { containing } from './containing.ts'

type Where = Prisma.BookWhereInput

/**
 * A column that books can be sorted by.
 *
 * @param value the schema of its values
 * @param orderBy the order of the books
 * @param after the books that come after a place in that order
 */
const column = <S extends TSchema>(
  value: S,
  orderBy: (direction: Direction) => Prisma.BookOrderByWithRelationInput,
  after: (direction: Direction, place: Place<Static<S>>) => Where,
) => ({
  orderBy,
  after(direction: Direction, list: string, cursor: string | undefined): Where {
    const place = decodeCursor(list, value, cursor)
    return place ? after(direction, place) : {}
  },
})

const Int = Type.Integer({ minimum: -INT32 - 1, maximum: INT32 })

const COLUMNS = {
  title: column(
    Type.String({ pattern: STORABLE }),
    (title) => ({ title }),
    (direction, { value, id }) => ({
      title: from(direction, value),
      OR: [{ title: beyond(direction, value) }, { id: beyond(direction, id) }],
    }),
  ),
  publishedYear: column(
    Type.Union([Int, Type.Null()]),
    (sort) => ({ publishedYear: { sort, nulls: 'last' } }),
    (direction, { value, id }) =>
      value === null
        ? { publishedYear: null, id: beyond(direction, id) }
        : {
            OR: [
              { publishedYear: beyond(direction, value) },
              { publishedYear: value, id: beyond(direction, id) },
              { publishedYear: null },
            ],
          },
  ),
  ratingsCount: column(
    Int,
    (ratingsCount) => ({ ratingsCount }),
    (direction, { value, id }) => ({
      ratingsCount: from(direction, value),
      OR: [{ ratingsCount: beyond(direction, value) }, { id: beyond(direction, id) }],
    }),
  ),
} satisfies Record<BookColumn, unknown>

/**
 * What to ask Prisma for, to answer a query for a page of books: one row more than the page shall hold.
 *
 * @throws ProblemError for a cursor of another list, or none at all: a 400
 */
export function bookListArgs({ limit, cursor, sort, author, language, q }: Static<typeof BookQuery>) {
  const { name, direction } = partsOf(sort)
  const conditions: Where[] = [COLUMNS[name].after(direction, listOf(sort), cursor)]
  if (author !== undefined) conditions.push({ authors: { some: { id: author } } })
  if (language !== undefined) conditions.push({ language })
  if (q !== undefined) conditions.push({ title: containing(q) })
  return {
    where: { AND: conditions },
    orderBy: [COLUMNS[name].orderBy(direction), { id: direction }],
    take: limit + 1,
  }
}

/** Gives the cursor of a book in the list with this order. */
export const bookCursor = (sort: BookSort) => (book: Record<BookColumn, unknown> & { id: number }) =>
  encodeCursor(listOf(sort), { value: book[partsOf(sort).name], id: book.id })

const listOf = (sort: BookSort): string => `books by ${sort}`

function partsOf(sort: BookSort): { name: BookColumn; direction: Direction } {
  switch (sort) {
    case '-title':
      return { name: 'title', direction: 'desc' }
    case '-publishedYear':
      return { name: 'publishedYear', direction: 'desc' }
    case '-ratingsCount':
      return { name: 'ratingsCount', direction: 'desc' }
    default:
      return { name: sort, direction: 'asc' }
  }
}
