import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { AUTHOR, Author } from './author.ts'
import { BOOK_FIELDS, BookFields } from './book-fields.ts'
import { Id, INT32, Nullable, Text } from './common.ts'
import { PageOf, pageQuery, Search } from './page.ts'

const LANGUAGE = '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$'
const LANGUAGE_WORDS = 'a language code such as eng or en-US'

const BOOK = { ...BOOK_FIELDS, authors: [AUTHOR] }
const { id: _, createdAt: __, updatedAt: ___, ...INPUT } = BOOK_FIELDS

export const Book = Type.Composite([BookFields, Type.Object({ authors: Type.Array(Author) })], {
  title: 'Book',
  examples: [BOOK],
})

export const BookDetail = Type.Composite(
  [
    Book,
    Type.Object({
      reviews: Type.Object({
        count: Type.Integer(),
        average: Type.Unsafe<number | null>({
          type: ['number', 'null'],
          description: 'Null without reviews',
        }),
      }),
    }),
  ],
  { title: 'BookDetail', examples: [{ ...BOOK, reviews: { count: 2, average: 4.5 } }] },
)

export const BookPage = PageOf(Book, 'BookPage', BOOK)

const title = Text(500)

const fields = {
  originalTitle: Nullable.text(500),
  isbn: Nullable.pattern('^(\\d{9}[\\dX]|\\d{13})$', 13, '10 digits (the last may be X) or 13 digits'),
  publishedYear: Nullable.integer(-5000, 3000),
  language: Nullable.pattern(LANGUAGE, 35, LANGUAGE_WORDS),
  averageRating: Type.Number({
    minimum: 0,
    maximum: 5,
    multipleOf: 0.01,
    description: 'a number with at most two decimals',
  }),
  ratingsCount: Type.Integer({ minimum: 0, maximum: INT32 }),
  coverUrl: Nullable.pattern(
    '^https?://[^\\s/?#\\u0000\\ud800-\\udfff][^\\s\\u0000\\ud800-\\udfff]*$',
    2048,
    'an http or https URL',
  ),
  authorIds: Type.Array(Id, { maxItems: 100, uniqueItems: true }),
}

/** What an absent field of a whole book stands for. */
const or = <T extends TSchema>(schema: T, absent: Static<T>) => Type.Optional({ ...schema, default: absent })

/** A whole book. */
export const BookInput = Type.Object(
  {
    title,
    originalTitle: or(fields.originalTitle, null),
    isbn: or(fields.isbn, null),
    publishedYear: or(fields.publishedYear, null),
    language: or(fields.language, null),
    averageRating: or(fields.averageRating, 0),
    ratingsCount: or(fields.ratingsCount, 0),
    coverUrl: or(fields.coverUrl, null),
    authorIds: or(fields.authorIds, []),
  },
  { additionalProperties: false, title: 'BookInput', examples: [{ ...INPUT, authorIds: [AUTHOR.id] }] },
)

/** What of a book shall be changed. */
export const BookPatch = Type.Partial(Type.Object({ title, ...fields }), {
  additionalProperties: false,
  minProperties: 1,
  title: 'BookPatch',
  examples: [{ ratingsCount: 79418 }],
})

const COLUMNS = ['title', 'publishedYear', 'ratingsCount'] as const
export type BookColumn = (typeof COLUMNS)[number]
export type BookSort = BookColumn | `-${BookColumn}`

const SORTS = COLUMNS.flatMap((column): BookSort[] => [column, `-${column}`])

export const BookQuery = Type.Object(
  {
    ...pageQuery,
    sort: Type.Unsafe<BookSort>({
      type: 'string',
      enum: SORTS,
      default: '-ratingsCount',
      description: 'By which column, with - from its end',
      examples: ['title'],
    }),
    author: Type.Optional(
      Type.Integer({ minimum: 1, maximum: INT32, description: "An author's id", examples: [AUTHOR.id] }),
    ),
    language: Type.Optional(
      Type.String({ pattern: LANGUAGE, maxLength: 35, description: LANGUAGE_WORDS, examples: ['eng'] }),
    ),
    q: Type.Optional({
      ...Search,
      description: 'text without NUL characters, to find in the title',
      examples: ['disposs'],
    }),
  },
  { additionalProperties: false },
)
