import type { Database } from '../database.ts'
import type { CsvRow } from './csv-rows.ts'
import { type CatalogueBook, CatalogueError, createBookReader, RowError } from './goodbooks.ts'
import { loadBooks } from './load-books.ts'

export interface Totals {
  readonly added: number
  /** Rows whose books were there already. */
  readonly already: number
  /** Rows that were bad. */
  readonly skipped: number
}

export interface ImportOptions {
  /** How many rows of the file to look at, the header not counted. All by default. */
  readonly limit?: number | undefined
  /** Called after each batch. */
  readonly onProgress: (totals: Totals) => void
  /** Called for a row that was not loaded as it stands. */
  readonly onNote: (line: number, note: string) => void
}

const BATCH = 500

/** Milliseconds: a batch takes some tenths of a second, but another import may be at work. */
const PATIENCE = { maxWait: 30_000, timeout: 60_000 }

/**
 * Loads a catalogue into the database, in batches of which each is loaded whole or not at all. Books that are there
 * already, by their id in the catalogue or by their isbn, stay as they are.
 *
 * @param rows of the file, its header first
 * @throws CatalogueError for rows that are no catalogue
 */
export async function importCatalogue(
  database: Database,
  rows: AsyncIterable<CsvRow>,
  { limit = Number.POSITIVE_INFINITY, onProgress, onNote }: ImportOptions,
): Promise<Totals> {
  let totals: Totals = { added: 0, already: 0, skipped: 0 }
  const batch = new Map<CatalogueBook, number>()

  const load = async () => {
    const { added, sameIsbn } = await database.$transaction(
      (transaction) => loadBooks(transaction, [...batch.keys()]),
      PATIENCE,
    )
    for (const [{ sourceId, isbn }, line] of batch) {
      const other = sameIsbn.get(sourceId)
      if (other !== undefined) onNote(line, `book ${other} has the isbn ${isbn} already, and stays as it is`)
    }
    totals = {
      ...totals,
      added: totals.added + added.size,
      already: totals.already + batch.size - added.size,
    }
    batch.clear()
    onProgress(totals)
  }

  for await (const { line, book, problem } of booksOf(rows, limit)) {
    if (book) batch.set(book, line)
    else {
      totals = { ...totals, skipped: totals.skipped + 1 }
      onNote(line, `skipped: ${problem}`)
    }
    if (batch.size === BATCH) await load()
  }
  if (batch.size > 0) await load()
  return totals
}

type ReadBook =
  | { readonly line: number; readonly book: CatalogueBook; readonly problem?: undefined }
  | { readonly line: number; readonly book?: undefined; readonly problem: string }

async function* booksOf(rows: AsyncIterable<CsvRow>, limit: number): AsyncGenerator<ReadBook> {
  let read: ReturnType<typeof createBookReader> | undefined
  const unique = createUniqueness()
  let count = 0
  for await (const row of rows) {
    if (!read) {
      if ('problem' in row) throw new CatalogueError(`its first line is no header: ${row.problem}`)
      read = createBookReader(row.cells)
      continue
    }
    if (count++ >= limit) return
    const { line } = row
    try {
      if ('problem' in row) throw new RowError(row.problem)
      const book = read(row.cells)
      unique(book, line)
      yield { line, book }
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      yield { line, problem: error.message }
    }
  }
  if (!read) throw new CatalogueError('it is empty')
}

/** A check that throws a RowError for a book that an earlier row holds, or whose isbn is that of an earlier one. */
function createUniqueness(): (book: CatalogueBook, line: number) => void {
  const lines = new Map<string, number>()
  return ({ sourceId, isbn }, line) => {
    const keys = isbn === null ? [sourceId] : [sourceId, `isbn ${isbn}`]
    for (const key of keys) {
      const earlier = lines.get(key)
      if (earlier !== undefined) throw new RowError(`line ${earlier} has ${key} already`)
    }
    for (const key of keys) lines.set(key, line)
  }
}
