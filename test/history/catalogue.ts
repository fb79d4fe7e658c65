import {
  type Author,
  asAuthor,
  asAuthorDetail,
  asAuthors,
  asBook,
  asBookDetail,
  asBooks,
  asReview,
  asReviews,
  type Book,
  type Listed,
} from './answers.ts'
import type { Cell, Operation, Value } from './checker.ts'
import { any, type Random } from './random.ts'

type Effects = Pick<Operation, 'sets' | 'sees' | 'adds' | 'counts'>

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object
  /** What it changes. To be asked when all is over: the id of a new row may be learnt late, or never. */
  readonly changes?: () => Partial<Effects>
  /** What an answer tells; `body` is undefined for a 404. */
  readonly tells?: (body: unknown) => Partial<Effects>
  /** Shows what it changed. */
  readonly shownBy?: () => Request
}

/** How many rows are there all the time. */
const BOOKS = 3
const WRITERS = 2
const MOST_REVIEWS = 20

/** The value of a register `book 7` is its ratingsCount, and nothing where there is no such book. */
const book = (id: number): string => `book ${id}`
const author = (id: number): string => `author ${id}`
const link = (authorId: number, bookId: number): string => `${author(authorId)} of ${book(bookId)}`
const reviews = (bookId: number): string => `reviews of ${book(bookId)}`
const review = (reviewer: string): string => `review by ${reviewer}`
const cell = (register: string, value: Value): Cell => ({ register, value })

/** The few rows of one run, the requests that read and write them, and what the answers tell of their registers. */
export class Catalogue {
  /** Those that are there for sure and that nobody is about to remove. The first ones stay. */
  private readonly books: number[] = []
  private readonly authors: number[] = []
  /** The ids of reviews by their reviewers, by book. */
  private readonly reviews = new Map<number, Map<string, number>>()
  /** Who has ever set out to review a book. */
  private readonly reviewers = new Map<number, string[]>()
  /** The ids of rows by their first names, which are unique. */
  private readonly ids = new Map<string, number>()
  private readonly prefix: string
  private readonly unique: () => number

  /**
   * @param run told apart from other runs on the same database, whose rows are passed over
   * @param unique gives a number that has not been used, larger than the one before
   */
  constructor(run: number, unique: () => number) {
    this.prefix = `run-${run}-`
    this.unique = unique
  }

  /** What makes the rows that stay, one after the other, and again where that failed. */
  *setUp(): Generator<Request> {
    while (this.authors.length < WRITERS) yield this.createAuthor()
    while (this.books.length < BOOKS) yield this.createBook(this.writers())
    while (this.authors.length < WRITERS + 1) yield this.createAuthor()
  }

  read(random: Random): Request {
    const [someBook, someAuthor] = [any(random, this.books), any(random, this.authors)]
    return any(random, [
      () => this.readBook(someBook),
      () => this.readBook(someBook),
      () => this.readAuthor(someAuthor),
      () => this.readAuthor(someAuthor),
      () => this.readReviews(someBook),
      () => this.readReviews(someBook),
      () => this.readBook(this.latest()),
      () => this.readBook(this.latest() + 1),
      () => this.readBooks('limit=3'),
      () => this.readBooks(`limit=100&q=${this.prefix}`, this.books),
      () => this.readBooksOf(someAuthor),
      () => this.readAuthors(),
    ])()
  }

  write(random: Random): Request {
    const someBook = any(random, this.books)
    const someAuthors = this.writers().filter(() => random(2) === 0)
    return any(random, [
      () => this.patchBook(someBook),
      () => this.patchBook(someBook),
      () => this.putBook(someBook, someAuthors),
      () => this.renameAuthor(any(random, this.authors)),
      () => this.renameAuthor(any(random, this.authors)),
      () => this.createReview(someBook),
      () => this.createReview(someBook),
      () => this.removeReview(someBook),
      () => this.createBook(someAuthors),
      () => this.removeBook(),
    ])()
  }

  /** An author of no book: to rename it drops no page of a book. */
  renamed(): number {
    const id = this.authors[WRITERS]
    if (id === undefined) throw new Error('the rows are not set up')
    return id
  }

  rename(): Request {
    return this.renameAuthor(this.renamed())
  }

  readRenamed(): Request {
    return this.readAuthor(this.renamed())
  }

  readAuthors(): Request {
    return {
      method: 'GET',
      path: `/authors?limit=100&q=${this.prefix}`,
      tells: (body) => {
        const { data, next } = asAuthors(body)
        const missing = next === null ? without(this.authors, data) : []
        return {
          sees: [
            ...data.map(({ id, name }) => cell(author(id), name)),
            ...missing.map((id) => cell(author(id), null)),
          ],
        }
      },
    }
  }

  private readBook(id: number): Request {
    return {
      method: 'GET',
      path: `/books/${id}`,
      tells: (body) => {
        if (body === undefined) return { sees: [cell(book(id), null)] }
        const found = asBookDetail(body)
        // The two halves of a page are read one after the other: a book may be removed, with its reviews, in between.
        const stays = this.books.slice(0, BOOKS).includes(id)
        const counts = stays ? [{ counter: reviews(id), value: found.reviews.count }] : []
        return { sees: this.seen(found), counts }
      },
    }
  }

  /** @param all which books the page must hold, beside those that are being made or removed */
  private readBooks(query: string, all: readonly number[] = []): Request {
    return {
      method: 'GET',
      path: `/books?${query}`,
      tells: (body) => {
        const { data, next } = asBooks(body)
        const missing = next === null ? without(all, data) : []
        return {
          sees: [...data.flatMap((found) => this.seen(found)), ...missing.map((id) => cell(book(id), null))],
        }
      },
    }
  }

  private readBooksOf(authorId: number): Request {
    return {
      method: 'GET',
      path: `/books?limit=100&author=${authorId}`,
      tells: (body) => {
        const { data, next } = asBooks(body)
        const missing = next === null ? without(this.books, data) : []
        return {
          sees: [
            ...data.flatMap((found) => [...this.seen(found), cell(link(authorId, found.id), true)]),
            ...missing.map((id) => cell(link(authorId, id), null)),
          ],
        }
      },
    }
  }

  private readAuthor(id: number): Request {
    return {
      method: 'GET',
      path: `/authors/${id}`,
      tells: (body) => {
        if (body === undefined) return { sees: [cell(author(id), null)] }
        const { name, books } = asAuthorDetail(body)
        return {
          sees: [
            cell(author(id), name),
            ...books.flatMap((found) => [...this.seenRow(found), cell(link(id, found.id), true)]),
            ...without(this.books, books).map((missing) => cell(link(id, missing), null)),
          ],
        }
      },
    }
  }

  private readReviews(bookId: number): Request {
    return {
      method: 'GET',
      path: `/books/${bookId}/reviews?limit=100`,
      tells: (body) => {
        if (body === undefined) return { sees: [cell(book(bookId), null)] }
        const { data, next } = asReviews(body)
        const found = new Set(data.map(({ reviewer }) => reviewer))
        const known = [...(this.reviews.get(bookId)?.keys() ?? [])]
        const missing = next === null ? known.filter((reviewer) => !found.has(reviewer)) : []
        return {
          sees: [
            ...[...found].map((reviewer) => cell(review(reviewer), true)),
            ...missing.map((reviewer) => cell(review(reviewer), null)),
          ],
        }
      },
    }
  }

  private createAuthor(): Request {
    const name = `${this.prefix}${this.unique()}`
    return {
      method: 'POST',
      path: '/authors',
      body: { name },
      changes: () => ({ sets: this.idsOf(name).map((id) => cell(author(id), name)) }),
      tells: (body) => {
        const { id } = asAuthor(body)
        this.ids.set(name, id)
        this.authors.push(id)
        return {}
      },
    }
  }

  private renameAuthor(id: number): Request {
    const name = `${this.prefix}${this.unique()}`
    return {
      method: 'PATCH',
      path: `/authors/${id}`,
      body: { name },
      changes: () => ({ sets: [cell(author(id), name)] }),
      shownBy: () => this.readAuthor(id),
    }
  }

  private createBook(authorIds: readonly number[]): Request {
    const ratingsCount = this.unique()
    const title = `${this.prefix}${ratingsCount}`
    return {
      method: 'POST',
      path: '/books',
      body: { title, ratingsCount, authorIds },
      changes: () => ({
        sets: this.idsOf(title).flatMap((id) => [cell(book(id), ratingsCount), ...this.links(id, authorIds)]),
      }),
      tells: (body) => {
        const { id } = asBook(body)
        this.ids.set(title, id)
        this.books.push(id)
        return {}
      },
      shownBy: () => this.readBook(this.ids.get(title) ?? this.latest() + 1),
    }
  }

  private patchBook(id: number): Request {
    const ratingsCount = this.unique()
    return {
      method: 'PATCH',
      path: `/books/${id}`,
      body: { ratingsCount },
      changes: () => ({ sets: [cell(book(id), ratingsCount)] }),
      shownBy: () => this.readBook(id),
    }
  }

  private putBook(id: number, authorIds: readonly number[]): Request {
    const ratingsCount = this.unique()
    return {
      method: 'PUT',
      path: `/books/${id}`,
      body: { title: `${this.prefix}${ratingsCount}`, ratingsCount, authorIds },
      changes: () => ({ sets: [cell(book(id), ratingsCount), ...this.links(id, authorIds)] }),
      shownBy: () => this.readBook(id),
    }
  }

  private removeBook(): Request {
    const [id] = this.books.splice(BOOKS, 1)
    if (id === undefined) return this.createBook(this.writers())
    return {
      method: 'DELETE',
      path: `/books/${id}`,
      changes: () => ({
        sets: [
          cell(book(id), null),
          ...this.links(id, []),
          ...(this.reviewers.get(id) ?? []).map((reviewer) => cell(review(reviewer), null)),
        ],
      }),
      shownBy: () => this.readBook(id),
    }
  }

  private createReview(bookId: number): Request {
    const reviewer = `${this.prefix}${this.unique()}`
    const known = this.reviews.get(bookId) ?? new Map<string, number>()
    this.reviews.set(bookId, known)
    if (known.size >= MOST_REVIEWS) return this.removeReview(bookId)
    this.reviewers.set(bookId, [...(this.reviewers.get(bookId) ?? []), reviewer])
    return {
      method: 'POST',
      path: `/books/${bookId}/reviews`,
      body: { rating: 5, reviewer },
      changes: () => ({
        sets: [cell(review(reviewer), true)],
        adds: [{ counter: reviews(bookId), value: 1 }],
      }),
      tells: (body) => {
        known.set(reviewer, asReview(body).id)
        return {}
      },
      shownBy: () => this.readReviews(bookId),
    }
  }

  private removeReview(bookId: number): Request {
    const known = this.reviews.get(bookId)
    const [oldest] = known ?? []
    if (!known || !oldest) return this.createReview(bookId)
    const [reviewer, id] = oldest
    known.delete(reviewer)
    return {
      method: 'DELETE',
      path: `/reviews/${id}`,
      changes: () => ({
        sets: [cell(review(reviewer), null)],
        adds: [{ counter: reviews(bookId), value: -1 }],
      }),
      shownBy: () => this.readReviews(bookId),
    }
  }

  /** What a book tells wherever it has its authors with it. */
  private seen(found: Listed): Cell[] {
    const own = this.seenRow(found)
    if (own.length === 0) return []
    const there = new Set(found.authors.map(({ id }) => id))
    return [
      ...own,
      ...found.authors.map(({ id, name }: Author) => cell(author(id), name)),
      ...this.authors.map((id) => cell(link(id, found.id), there.has(id) || null)),
    ]
  }

  /** Rows of other runs tell nothing. */
  private seenRow({ id, title, ratingsCount }: Book): Cell[] {
    if (!title.startsWith(this.prefix)) return []
    if (!this.ids.has(title)) this.ids.set(title, id)
    return [cell(book(id), ratingsCount)]
  }

  private writers(): number[] {
    return this.authors.slice(0, WRITERS)
  }

  private latest(): number {
    return Math.max(0, ...this.books)
  }

  private links(bookId: number, authorIds: readonly number[]): Cell[] {
    return this.authors.map((id) => cell(link(id, bookId), authorIds.includes(id) || null))
  }

  private idsOf(name: string): number[] {
    const id = this.ids.get(name)
    return id === undefined ? [] : [id]
  }
}

const without = (ids: readonly number[], rows: readonly { readonly id: number }[]): number[] => {
  const found = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !found.has(id))
}
