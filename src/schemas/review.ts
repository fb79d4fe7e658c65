import { Type } from '@sinclair/typebox'
import { Id, Nullable, Text, Time } from './common.ts'
import { PageOf, pageQuery } from './page.ts'

const rating = Type.Integer({ minimum: 1, maximum: 5 })

export const Review = Type.Object({
  id: Id,
  bookId: Id,
  rating,
  reviewer: Type.String(),
  text: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  createdAt: Time,
})

export const ReviewPage = PageOf(Review)

export const ReviewInput = Type.Object(
  { rating, reviewer: Text(100), text: Type.Optional(Nullable.text(10_000)) },
  { additionalProperties: false },
)

export const ReviewQuery = Type.Object(pageQuery, { additionalProperties: false })
