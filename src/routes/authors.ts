import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { beyond, decodeCursor, encodeCursor, from, pageOf } from '../pagination.ts'
import { notFound } from '../problems/problem.ts'
import { Author, AuthorDetail, AuthorInput, AuthorPage, AuthorQuery } from '../schemas/author.ts'
import { IdParams, NoContent, NoQuery, STORABLE } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import { containing } from './containing.ts'

const tags = ['authors']
const LIST = 'authors by name'
const Name = Type.String({ pattern: STORABLE })

export const authorRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/authors',
    {
      config: { page: true },
      schema: {
        tags,
        operationId: 'listAuthors',
        summary: 'List authors by name',
        querystring: AuthorQuery,
        response: { 200: AuthorPage },
      },
    },
    async ({ query: { limit, cursor, q } }) => {
      const place = decodeCursor(LIST, Name, cursor)
      const after = place && {
        name: from('asc', place.value),
        OR: [{ name: beyond('asc', place.value) }, { id: beyond('asc', place.id) }],
      }
      const authors = await app.prisma.author.findMany({
        where: { AND: [{ ...after }, q === undefined ? {} : { name: containing(q) }] },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
        take: limit + 1,
      })
      return pageOf(authors, limit, ({ name: value, id }) => encodeCursor(LIST, { value, id }))
    },
  )

  app.get(
    '/authors/:id',
    {
      config: { page: true },
      schema: {
        tags,
        operationId: 'getAuthor',
        summary: 'Get an author with the most rated of their books',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: AuthorDetail, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const author = await app.prisma.author.findUnique({
        where: { id },
        include: { books: { orderBy: [{ ratingsCount: 'desc' }, { id: 'asc' }], take: 100 } },
      })
      if (!author) throw notFound('author')
      return author
    },
  )

  app.post(
    '/authors',
    {
      schema: {
        tags,
        operationId: 'createAuthor',
        summary: 'Add an author',
        querystring: NoQuery,
        body: AuthorInput,
        response: { 201: Author },
      },
    },
    async ({ body: data }, reply) => {
      const author = await app.prisma.author.create({ data })
      return reply.code(201).header('location', `/authors/${author.id}`).send(author)
    },
  )

  app.patch(
    '/authors/:id',
    {
      schema: {
        tags,
        operationId: 'updateAuthor',
        summary: 'Rename an author',
        params: IdParams,
        querystring: NoQuery,
        body: AuthorInput,
        response: { 200: Author, ...problems(404) },
      },
    },
    async ({ params: { id }, body: data }) => app.prisma.author.update({ where: { id }, data }),
  )

  app.delete(
    '/authors/:id',
    {
      schema: {
        tags,
        operationId: 'deleteAuthor',
        summary: 'Remove an author; the books stay',
        params: IdParams,
        querystring: NoQuery,
        response: { 204: NoContent, ...problems(404) },
      },
    },
    async ({ params: { id } }, reply) => {
      await app.prisma.author.delete({ where: { id } })
      return reply.code(204).send(null)
    },
  )
}
