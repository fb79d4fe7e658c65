import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { beyond, decodeCursor, encodeCursor, pageOf } from '../pagination.ts'
import { notFound } from '../problems/problem.ts'
import { IdParams, NoContent, NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import { Review, ReviewInput, ReviewPage, ReviewQuery } from '../schemas/review.ts'

const tags = ['reviews']
const LIST = 'reviews by -id'

export const reviewRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/books/:id/reviews',
    {
      config: { page: true },
      schema: {
        tags,
        operationId: 'listReviews',
        summary: "List a book's reviews, the newest first",
        params: IdParams,
        querystring: ReviewQuery,
        response: { 200: ReviewPage, ...problems(404) },
      },
    },
    async ({ params: { id }, query: { limit, cursor } }) => {
      const place = decodeCursor(LIST, Type.Null(), cursor)
      const reviews = {
        where: place ? { id: beyond('desc', place.id) } : {},
        orderBy: { id: 'desc' },
        take: limit + 1,
      } as const
      const book = await app.prisma.book.findUnique({ where: { id }, select: { reviews } })
      if (!book) throw notFound('book')
      return pageOf(book.reviews, limit, ({ id }) => encodeCursor(LIST, { value: null, id }))
    },
  )

  app.post(
    '/books/:id/reviews',
    {
      schema: {
        tags,
        operationId: 'createReview',
        summary: 'Review a book',
        params: IdParams,
        querystring: NoQuery,
        body: ReviewInput,
        response: { 201: Review, ...problems(404) },
      },
    },
    async ({ params: { id: bookId }, body }, reply) => {
      const review = await app.prisma.review.create({ data: { ...body, bookId } })
      return reply.code(201).header('location', `/reviews/${review.id}`).send(review)
    },
  )

  app.delete(
    '/reviews/:id',
    {
      schema: {
        tags,
        operationId: 'deleteReview',
        summary: 'Remove a review',
        params: IdParams,
        querystring: NoQuery,
        response: { 204: NoContent, ...problems(404) },
      },
    },
    async ({ params: { id } }, reply) => {
      await app.prisma.review.delete({ where: { id } })
      return reply.code(204).send(null)
    },
  )
}
