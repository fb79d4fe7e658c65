import { open } from 'node:fs/promises'
import { SAMPLE } from '../prisma/sample.ts'
import { memoryStore } from '../src/cache/index.ts'
import { loadConfig } from '../src/config.ts'
import { createClient, type Database } from '../src/database.ts'
import { readCsv } from '../src/import/csv-rows.ts'
import { importCatalogue } from '../src/import/import-catalogue.ts'
import { loadBooks, type NewBook } from '../src/import/load-books.ts'
import { any, createRandom } from '../test/history/random.ts'

/** What the load is spread over: ids, the most popular ones first. */
export interface Popular {
  readonly books: readonly number[]
  readonly authors: readonly number[]
}

const BATCH = 500
const PATIENCE = { timeout: 60_000 }
const MOST_REVIEWS = 8
const SEED = 42
/** Copies of the sample that share their authors. */
const SHARING = 4

/**
 * Fills an empty database with a catalogue, the same one each time, and some reviews of each book.
 *
 * @param file one in the format of goodbooks-10k; the sample, scaled to `count` books, without one
 * @throws an Error of one line for a file that is none
 */
export async function fillDatabase(url: string, file: string | undefined, count: number): Promise<Popular> {
  const database = createClient(loadConfig({ DATABASE_URL: url, CACHE: 'off' }), memoryStore())
  try {
    if (file === undefined) await addScaledSample(database, count)
    else await importFile(database, file)
    await addReviews(database)
    await database.$executeRaw`ANALYZE`
    return await findPopular(database)
  } finally {
    await database.$cache.close()
    await database.$disconnect()
  }
}

async function importFile(database: Database, path: string): Promise<void> {
  const file = await open(path)
  try {
    await importCatalogue(database, readCsv(file.createReadStream()), { onProgress() {}, onNote() {} })
  } finally {
    await file.close()
  }
}

async function addScaledSample(database: Database, count: number): Promise<void> {
  const books = scaledSample(count)
  for (let at = 0; at < count; at += BATCH)
    await database.$transaction(
      (transaction) => loadBooks(transaction, books.slice(at, at + BATCH)),
      PATIENCE,
    )
}

/** Copies of the sample, each of them less popular than the one before, and with an author each. */
export function scaledSample(count: number): NewBook[] {
  return Array.from({ length: count }, (_slot, index) => {
    const original = SAMPLE[index % SAMPLE.length]
    if (!original) throw new Error('the sample is empty')
    const { reviews: _, isbn: __, authors, ...book } = original
    const copy = Math.floor(index / SAMPLE.length)
    const names = authors.length > 0 ? authors : [`Anonymous of ${book.title}`]
    return {
      ...book,
      sourceId: `${book.sourceId}:${copy}`,
      isbn: String(9_780_000_000_000 + index),
      title: copy === 0 ? book.title : `${book.title}, ${copy}`,
      ratingsCount: Math.floor((book.ratingsCount ?? 0) / (copy + 1)),
      authors: names.map((name) => `${name} ${Math.floor(copy / SHARING) + 1}`),
    }
  })
}

async function addReviews(database: Database): Promise<void> {
  const random = createRandom(SEED)
  const books = await database.book.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
  const samples = SAMPLE.flatMap(({ reviews = [] }) => reviews)
  const data = books.flatMap(({ id: bookId }) =>
    Array.from({ length: 1 + random(MOST_REVIEWS) }, () => ({ ...any(random, samples), bookId })),
  )
  for (let at = 0; at < data.length; at += BATCH)
    await database.review.createMany({ data: data.slice(at, at + BATCH) })
}

async function findPopular(database: Database): Promise<Popular> {
  const books = await database.book.findMany({
    select: { id: true, authors: { select: { id: true } } },
    orderBy: [{ ratingsCount: 'desc' }, { id: 'desc' }],
  })
  const authors = new Set(books.flatMap(({ authors }) => authors.map(({ id }) => id)))
  return { books: books.map(({ id }) => id), authors: [...authors] }
}
