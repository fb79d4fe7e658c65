import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { pageOf } from '../pagination.ts'
import { notFound } from '../problems/problem.ts'
import { Book, BookDetail, BookInput, BookPage, BookPatch, BookQuery } from '../schemas/book.ts'
import { IdParams, NoContent, NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import { bookCursor, bookListArgs } from './book-list.ts'

const tags = ['books']
const include = { authors: { orderBy: { id: 'asc' } } } as const
const byId = (id: number) => ({ id })

export const bookRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/books',
    {
      config: { page: true },
      schema: {
        tags,
        operationId: 'listBooks',
        summary: 'List books',
        querystring: BookQuery,
        response: { 200: BookPage },
      },
    },
    async ({ query }) => {
      const books = await app.prisma.book.findMany({ ...bookListArgs(query), include })
      return pageOf(books, query.limit, bookCursor(query.sort))
    },
  )

  app.get(
    '/books/:id',
    {
      config: { page: true },
      schema: {
        tags,
        operationId: 'getBook',
        summary: 'Get a book with its authors and what its reviews come to',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: BookDetail, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const [book, { _count: count, _avg }] = await Promise.all([
        app.prisma.book.findUnique({ where: { id }, include }),
        app.prisma.review.aggregate({ where: { bookId: id }, _count: true, _avg: { rating: true } }),
      ])
      if (!book) throw notFound('book')
      return { ...book, reviews: { count, average: _avg.rating } }
    },
  )

  app.post(
    '/books',
    {
      config: { connects: 'authorIds' },
      schema: {
        tags,
        operationId: 'createBook',
        summary: 'Add a book',
        querystring: NoQuery,
        body: BookInput,
        response: { 201: Book, ...problems(409) },
      },
    },
    async ({ body: { authorIds = [], ...fields } }, reply) => {
      const data = { ...fields, authors: { connect: authorIds.map(byId) } }
      const book = await app.prisma.book.create({ data, include })
      return reply.code(201).header('location', `/books/${book.id}`).send(book)
    },
  )

  app.put(
    '/books/:id',
    {
      config: { connects: 'authorIds' },
      schema: {
        tags,
        operationId: 'replaceBook',
        summary: 'Replace a book: what is not given is emptied',
        params: IdParams,
        querystring: NoQuery,
        body: BookInput,
        response: { 200: Book, ...problems(404, 409) },
      },
    },
    async ({ params: { id }, body: { authorIds = [], ...fields } }) => {
      const data = { ...fields, authors: { set: [], connect: authorIds.map(byId) } }
      return app.prisma.book.update({ where: { id }, data, include })
    },
  )

  app.patch(
    '/books/:id',
    {
      config: { connects: 'authorIds' },
      schema: {
        tags,
        operationId: 'updateBook',
        summary: 'Change what is given of a book',
        params: IdParams,
        querystring: NoQuery,
        body: BookPatch,
        response: { 200: Book, ...problems(404, 409) },
      },
    },
    async ({ params: { id }, body: { authorIds, ...fields } }) => {
      const authors = authorIds && { authors: { set: [], connect: authorIds.map(byId) } }
      return app.prisma.book.update({ where: { id }, data: { ...fields, ...authors }, include })
    },
  )

  app.delete(
    '/books/:id',
    {
      schema: {
        tags,
        operationId: 'deleteBook',
        summary: 'Remove a book and its reviews',
        params: IdParams,
        querystring: NoQuery,
        response: { 204: NoContent, ...problems(404) },
      },
    },
    async ({ params: { id } }, reply) => {
      await app.prisma.book.delete({ where: { id } })
      return reply.code(204).send(null)
    },
  )
}
