import type { FastifyInstance } from 'fastify'
import { outcomeOf } from './cache-status.ts'

export interface WarmOptions {
  /** How many of the most rated books are warmed, with their authors and reviews. Default 100. */
  readonly top?: number
  /** Called after each page. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface Warmed {
  /** Pages that were stored, that were in the cache already, and that could not be stored. */
  readonly stored: number
  readonly already: number
  readonly failed: number
  readonly milliseconds: number
}

/** So many pages are asked for at once. */
const AT_ONCE = 4
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
 * Fills the cache with what clients ask for first, through the very routes that they use: the first pages of the lists,
 * the most rated books, their reviews and their authors.
 *
 * @throws an Error where a page cannot be had, with what the service says of it
 */
export async function warm(
  app: FastifyInstance,
  { top = 100, onProgress }: WarmOptions = {},
): Promise<Warmed> {
  const start = performance.now()
  const books = await mostRated(app, top)
  const authors = new Set(books.flatMap((book) => book.authors.map(({ id }) => id)))
  const pages = [
    ...LISTS,
    ...books.flatMap(({ id }) => [`/books/${id}`, `/books/${id}/reviews`]),
    ...[...authors].map((id) => `/authors/${id}`),
  ]
  const counts = { stored: 0, already: 0, failed: 0 }
  const waiting = pages.values()
  let done = 0
  const work = async () => {
    for (const page of waiting) {
      counts[await warmPage(app, page)]++
      onProgress?.(++done, pages.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { ...counts, milliseconds: Math.round(performance.now() - start) }
}

async function get(app: FastifyInstance, url: string) {
  const response = await app.inject(url)
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

async function warmPage(app: FastifyInstance, url: string): Promise<'stored' | 'already' | 'failed'> {
  const outcome = outcomeOf((await get(app, url)).headers['cache-status'])
  if (outcome === 'hit') return 'already'
  return outcome === 'stored' ? 'stored' : 'failed'
}
