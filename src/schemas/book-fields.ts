import { Type } from '@sinclair/typebox'
import type { Prisma } from '../generated/prisma/client.ts'
import { Id, Time } from './common.ts'

const nullable = (type: 'string' | 'integer') => ({ type: [type, 'null'] })

/** The columns of a book that clients see. */
export const BookFields = Type.Object({
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
})
