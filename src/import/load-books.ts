import type { Prisma } from '../generated/prisma/client.ts'
import { findOrAddAuthors, lockAuthors, type Transaction } from './authors.ts'

/** A book to be added, with the names of its authors. */
export interface NewBook extends Omit<Prisma.BookCreateManyInput, 'id' | 'createdAt' | 'updatedAt'> {
  /** By which it is known again: where it comes from, and its name there. */
  readonly sourceId: string
  readonly authors: readonly string[]
}

export interface Loaded {
  /** The ids of the books that were added, by `sourceId`. */
  readonly added: ReadonlyMap<string, number>
  /** The books that were left out because another one has their isbn: that one's id, by `sourceId`. */
  readonly sameIsbn: ReadonlyMap<string, number>
}

/**
 * Adds the books that are not there yet, by `sourceId` and `isbn`, and links them to the authors of exactly these
 * names, adding those too. Changes nothing that is there.
 *
 * @param books no two with the same `sourceId` or the same `isbn`
 */
export async function loadBooks(transaction: Transaction, books: readonly NewBook[]): Promise<Loaded> {
  await lockAuthors(transaction)
  const { sources, isbns } = await findPresent(transaction, books)
  const missing = books.filter(({ sourceId }) => !sources.has(sourceId))
  const sameIsbn = new Map<string, number>()
  for (const { sourceId, isbn } of missing) {
    const other = isbns.get(isbn ?? null)
    if (other !== undefined) sameIsbn.set(sourceId, other)
  }
  const fresh = missing.filter(({ sourceId }) => !sameIsbn.has(sourceId))
  return { added: fresh.length === 0 ? new Map() : await add(transaction, fresh), sameIsbn }
}

async function findPresent({ book }: Transaction, books: readonly NewBook[]) {
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
    isbns: new Map(rows.filter(({ isbn }) => isbn !== null).map(({ isbn, id }) => [isbn, id])),
  }
}

async function add(transaction: Transaction, books: readonly NewBook[]): Promise<Map<string, number>> {
  const rows = await transaction.book.createManyAndReturn({
    data: books.map(({ authors: _, ...columns }) => columns),
    // A client of the service may be quicker.
    skipDuplicates: true,
    select: { id: true, sourceId: true },
  })
  const added = new Map(rows.map(({ sourceId, id }) => [sourceId ?? '', id]))
  const links = books.flatMap(({ sourceId, authors }) => {
    const id = added.get(sourceId)
    return id === undefined ? [] : authors.map((name) => ({ id, name }))
  })
  const names = links.map(({ name }) => name)
  const authors = await findOrAddAuthors(transaction, names)
  const authorIds = names.map((name) => authors.get(name))
  const bookIds = links.map(({ id }) => id)
  // Prisma would link one book at a time.
  await transaction.$executeRaw`
    INSERT INTO "_AuthorToBook" ("A", "B")
    SELECT * FROM unnest(${authorIds}::int[], ${bookIds}::int[])
    ON CONFLICT DO NOTHING`
  return added
}
