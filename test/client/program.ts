import createClient from 'openapi-fetch'
import type { components, paths } from './generated.ts'

/** A client of the service as somebody else would write it, with types made from its OpenAPI document alone. */
const [, , baseUrl = '', token] = process.argv
const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } })

/** One line for each step, for whoever runs this to compare. */
const say = (step: string, told: unknown) => console.log(JSON.stringify([step, told]))

const author = await api.POST('/authors', { body: { name: 'Ada' } })
const authorIds = author.data ? [author.data.id] : []
const made = await api.POST('/books', { body: { title: 'Notes', publishedYear: 1843, authorIds } })
const book: components['schemas']['Book'] | undefined = made.data
say('create', [made.response.status, made.response.headers.get('location'), book?.title])

const id = book?.id ?? 0
const path = { id }
const list = await api.GET('/books', { params: { query: { sort: '-publishedYear' } } })
say('list', [list.data?.data.map(({ title, authors }) => [title, authors[0]?.name]), list.data?.next])

const review = await api.POST('/books/{id}/reviews', {
  params: { path },
  body: { rating: 4, reviewer: 'Me' },
})
const one = await api.GET('/books/{id}', { params: { path } })
const average: number | null | undefined = one.data?.reviews.average
say('one', [average, review.data?.bookId === id])

const etag = one.response.headers.get('etag') ?? ''
const again = await api.GET('/books/{id}', { params: { path, header: { 'If-None-Match': etag } } })
say('known', again.response.status)

const changed = await api.PATCH('/books/{id}', { params: { path }, body: { language: 'eng' } })
say('update', changed.data?.language)

const refused = await api.PATCH('/books/{id}', { params: { path }, body: { isbn: 'wrong' } })
const problem: components['schemas']['Problem'] | undefined = refused.error
say('error', [problem?.status, problem?.type, problem?.errors?.[0]?.field])

const removed = await api.DELETE('/books/{id}', { params: { path } })
const gone = await api.GET('/books/{id}', { params: { path } })
say('delete', [removed.response.status, gone.error?.status, gone.data])
