import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** The columns of goodbooks-10k, with a value that will do. */
const COLUMNS = {
  book_id: '1',
  goodreads_book_id: '2767052',
  best_book_id: '2767052',
  work_id: '2792775',
  books_count: '272',
  isbn: '',
  isbn13: '9.78043902348e+12',
  authors: 'Ada Lovelace',
  original_publication_year: '1843.0',
  original_title: '',
  title: 'Notes',
  language_code: 'eng',
  average_rating: '4.34',
  ratings_count: '10',
  work_ratings_count: '11',
  work_text_reviews_count: '12',
  ratings_1: '1',
  ratings_2: '2',
  ratings_3: '3',
  ratings_4: '4',
  ratings_5: '5',
  image_url: 'https://example.org/1.jpg',
  small_image_url: 'https://example.org/1s.jpg',
}

export type CatalogueRow = Partial<Record<keyof typeof COLUMNS, string>>

export const HEADER = Object.keys(COLUMNS).join(',')

/** The cells of a row. */
export const cellsOf = (row: CatalogueRow): string[] => Object.values({ ...COLUMNS, ...row })

/** A line of a catalogue, quoted as in goodbooks-10k. */
const lineOf = (row: CatalogueRow): string => cellsOf(row).map(quoted).join(',')

const quoted = (cell: string) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/**
 * Writes a catalogue, gone when the test ends, and returns its path.
 *
 * @param rows or lines as they are; the first is line 2
 */
export async function createCatalogue(t: Test, rows: readonly (CatalogueRow | string)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-catalogue-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'books.csv')
  await writeFile(
    file,
    [HEADER, ...rows.map((row) => (typeof row === 'string' ? row : lineOf(row))), ''].join('\n'),
  )
  return file
}

/** Rows of every kind that the real file has, and some that it has not. */
export function variedRows(count: number): CatalogueRow[] {
  return Array.from({ length: count }, (_, index) => ({
    book_id: String(index + 1),
    isbn: index % 5 === 0 ? '' : `${index + 1}${index % 7 === 0 ? 'X' : '0'}`,
    authors: ['J.K. Rowling, Mary GrandPré', 'Betty  Smith', `Author ${index}`, 'A, A, B'][index % 4] ?? '',
    original_publication_year: ['2008.0', '-750.0', '', '1997.0'][index % 4] ?? '',
    original_title: index % 3 === 0 ? '' : ` Título "${index}" `,
    title: index % 11 === 0 ? `Two\nlines, ${index}` : `The Book (${index}, #1) `,
    language_code: ['eng', 'en-US', ''][index % 3] ?? '',
    average_rating: ['4.3', '3.57', '4'][index % 3] ?? '',
    ratings_count: String(4_780_653 - index),
  }))
}
