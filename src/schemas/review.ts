import { Type } from '@sinclair/typebox'
import { Id, Nullable, Text, Time } from './common.ts'
import { PageOf, pageQuery } from './page.ts'

const rating = Type.Integer({ minimum: 1, maximum: 5 })

const INPUT = { rating: 5, reviewer: 'Shevek', text: 'A wall.' }
const REVIEW = { id: 12, bookId: 7, ...INPUT, createdAt: '2026-11-24T08:15:00.000Z' }

export const Review = Type.Object(
  {
    id: Id,
    bookId: Id,
    rating,
    reviewer: Type.String(),
    text: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
    createdAt: Time,
  },
  { title: 'Review', examples: [REVIEW] },
)

export const ReviewPage = PageOf(Review, 'ReviewPage', REVIEW)

export const ReviewInput = Type.Object(
  { rating, reviewer: Text(100), text: Type.Optional(Nullable.text(10_000)) },
  { additionalProperties: false, title: 'ReviewInput', examples: [INPUT] },
)

export const ReviewQuery = Type.Object(pageQuery, { additionalProperties: false })
