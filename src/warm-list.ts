import type { FastifyInstance } from 'fastify'
import { argumentJson } from './cache/argument-json.ts'
import type { HotRead } from './cache/index.ts'
import { askItself } from './own-requests.ts'
import { pageUrlOf } from './page-name.ts'

/** What is to be asked for, so that the cache has it: a page, or a query. */
export type ToWarm = { readonly text: string } & (
  | { readonly url: string; readonly hot: boolean }
  | { readonly query: Extract<HotRead, { model: string }> }
)

export interface WarmListOptions {
  /** How many of the most rated books are warmed, with their authors and reviews. */
  readonly top: number
  /** How many of what was read most, before anything else. */
  readonly hot: number
}

const MOST_IN_PAGE = 100

/** No two that make the same query: `/books` is sorted by `-ratingsCount`. */
const LISTS = [
  '/books',
  ...['title', '-title', 'publishedYear', '-publishedYear', 'ratingsCount'].map(
    (sort) => `/books?sort=${sort}`,
  ),
  '/authors',
]

interface ListedBook {
  readonly id: number
  readonly authors: readonly { readonly id: number }[]
}

/**
 * What clients ask for first: what they have read most, then the first pages of the lists, the most rated books, their
 * reviews and their authors.
 *
 * @throws an Error where Redis or a page cannot be had
 */
export async function listToWarm(app: FastifyInstance, { top, hot }: WarmListOptions): Promise<ToWarm[]> {
  const often = (await app.prisma.$cache.hot(hot)).flatMap(hotToWarm)
  const known = new Set(often.map(({ text }) => text))
  const books = await mostRated(app, top)
  const authors = new Set(books.flatMap((book) => book.authors.map(({ id }) => id)))
  const pages = [
    ...LISTS,
    ...books.flatMap(({ id }) => [`/books/${id}`, `/books/${id}/reviews`]),
    ...[...authors].map((id) => `/authors/${id}`),
  ]
  return [...often, ...pages.filter((url) => !known.has(url)).map((url) => ({ text: url, url, hot: false }))]
}

function hotToWarm(read: HotRead): ToWarm[] {
  if ('model' in read)
    return [{ text: `${read.model}.${read.operation} ${argumentJson(read.args)}`, query: read }]
  const url = pageUrlOf(read.name)
  return url === undefined ? [] : [{ text: url, url, hot: true }]
}

/** @throws an Error with what the service says of a page that it cannot give */
async function get(app: FastifyInstance, url: string) {
  const response = await askItself(app, url)
  if (response.statusCode >= 500) throw new Error(`GET ${url}: ${response.json().detail}`)
  return response
}

async function mostRated(app: FastifyInstance, top: number): Promise<ListedBook[]> {
  const books: ListedBook[] = []
  let cursor: string | null = ''
  while (cursor !== null && books.length < top) {
    // Always that many: a page of the usual length would be one of those that we count as warm or not.
    const page: { data: ListedBook[]; next: string | null } = (
      await get(app, `/books?limit=${MOST_IN_PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    ).json()
    books.push(...page.data)
    cursor = page.next
  }
  return books.slice(0, top)
}
