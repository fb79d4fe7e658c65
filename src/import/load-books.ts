import type { Database } from '../database.ts'
import { findOrAddAuthors, lockAuthors, type Transaction } from './authors.ts'
import type { CatalogueBook } from './goodbooks.ts'

export interface Loaded {
  readonly added: number
  /** The books that were left out because another one has their isbn: that one's id, by `sourceId`. */
  readonly sameIsbn: ReadonlyMap<string, number>
}

/** Milliseconds: a batch takes some tenths of a second, but another import may be at work. */
const PATIENCE = { maxWait: 30_000, timeout: 60_000 }

/**
 * Adds the books that are not there yet, by `sourceId` and `isbn`, and links them to the authors of exactly these
 * names, adding those too. Changes nothing that is there. All or nothing.
 *
 * @param books no two with the same `sourceId` or the same `isbn`
 */
export function loadBooks(database: Database, books: readonly CatalogueBook[]): Promise<Loaded> {
  return database.$transaction(async (transaction) => {
    await lockAuthors(transaction)
    const { sources, isbns } = await findPresent(transaction, books)
    const missing = books.filter(({ sourceId }) => !sources.has(sourceId))
    const sameIsbn = new Map<string, number>()
    for (const { sourceId, isbn } of missing) {
      const other = isbn === null ? undefined : isbns.get(isbn)
      if (other !== undefined) sameIsbn.set(sourceId, other)
    }
    const fresh = missing.filter(({ sourceId }) => !sameIsbn.has(sourceId))
    return { added: fresh.length === 0 ? 0 : await add(transaction, fresh), sameIsbn }
  }, PATIENCE)
}

async function findPresent({ book }: Transaction, books: readonly CatalogueBook[]) {
  const rows = await book.findMany({
    where: {
      OR: [
        { sourceId: { in: books.map(({ sourceId }) => sourceId) } },
        { isbn: { in: books.flatMap(({ isbn }) => isbn ?? []) } },
      ],
    },
    select: { id: true, sourceId: true, isbn: true },
  })
  return {
    sources: new Set(rows.map(({ sourceId }) => sourceId)),
    isbns: new Map(rows.flatMap(({ isbn, id }) => (isbn === null ? [] : [[isbn, id]]))),
  }
}

async function add(transaction: Transaction, books: readonly CatalogueBook[]): Promise<number> {
  const added = await transaction.book.createManyAndReturn({
    data: books.map(({ authors: _, ...columns }) => columns),
    // A client of the service may be quicker.
    skipDuplicates: true,
    select: { id: true, sourceId: true },
  })
  const names = new Map(books.map(({ sourceId, authors }) => [sourceId, authors]))
  const links = added.flatMap(({ id, sourceId }) =>
    (names.get(sourceId ?? '') ?? []).map((name) => ({ id, name })),
  )
  const authors = await findOrAddAuthors(
    transaction,
    links.map(({ name }) => name),
  )
  const authorIds = links.map(({ name }) => authors.get(name))
  const bookIds = links.map(({ id }) => id)
  // Prisma would link one book at a time.
  await transaction.$executeRaw`
    INSERT INTO "_AuthorToBook" ("A", "B")
    SELECT * FROM unnest(${authorIds}::int[], ${bookIds}::int[])
    ON CONFLICT DO NOTHING`
  return added.length
}
