import { Type } from '@sinclair/typebox'
import type { Prisma } from '../generated/prisma/client.ts'
import { Id, Time } from './common.ts'

const nullable = (type: 'string' | 'integer') => ({ type: [type, 'null'] })

/** The columns of one, as an example. */
export const BOOK_FIELDS = {
  id: 7,
  title: 'The Dispossessed',
  originalTitle: 'The Dispossessed: An Ambiguous Utopia',
  isbn: '9780060512750',
  publishedYear: 1974,
  language: 'eng',
  averageRating: 4.21,
  ratingsCount: 79417,
  coverUrl: 'https://example.org/covers/7.jpg',
  createdAt: '2026-11-23T10:00:19.000Z',
  updatedAt: '2026-11-24T08:15:00.000Z',
}

/** The columns of a book that clients see. */
export const BookFields = Type.Object(
  {
    id: Id,
    title: Type.String(),
    originalTitle: Type.Unsafe<string | null>(nullable('string')),
    isbn: Type.Unsafe<string | null>(nullable('string')),
    publishedYear: Type.Unsafe<number | null>({
      ...nullable('integer'),
      description: 'Negative before our era',
    }),
    language: Type.Unsafe<string | null>(nullable('string')),
    averageRating: Type.Unsafe<Prisma.Decimal>({ type: 'number', description: '0 to 5, two decimals' }),
    ratingsCount: Type.Integer(),
    coverUrl: Type.Unsafe<string | null>(nullable('string')),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'BookFields', examples: [BOOK_FIELDS] },
)
