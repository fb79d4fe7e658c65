import { type TSchema, Type } from '@sinclair/typebox'
import { STORABLE } from './common.ts'

const MOST_IN_PAGE = 100

/** What `encodeCursor` makes of the place of the book 7, by its number of ratings. */
const NEXT = 'Wzc5NDE3LDdd.WIhOvaX90KIv'

/** The query parameters that all lists have. */
export const pageQuery = {
  limit: Type.Integer({
    minimum: 1,
    maximum: MOST_IN_PAGE,
    default: 20,
    description: 'How many to return',
    examples: [20],
  }),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 8192,
      description: 'The `next` of the page before; the other parameters must be the same',
      examples: [NEXT],
    }),
  ),
}

/** The text to search for in a `q`. */
export const Search = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: STORABLE,
  description: 'text without NUL characters',
})

/**
 * @param title what it is called in the OpenAPI document
 * @param example of an item
 */
export const PageOf = <T extends TSchema>(item: T, title: string, example: object) =>
  Type.Object(
    {
      data: Type.Array(item),
      next: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        description: 'The `cursor` of the next page; null on the last one',
      }),
    },
    { title, examples: [{ data: [example], next: NEXT }] },
  )
