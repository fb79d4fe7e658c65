import { INT32 } from '../schemas/common.ts'

/** A book of the catalogue, with the columns of `Book` and the names of its authors. */
export interface CatalogueBook {
  /** `goodbooks:` and the book's id there. */
  readonly sourceId: string
  readonly title: string
  readonly originalTitle: string | null
  readonly isbn: string | null
  readonly publishedYear: number | null
  readonly language: string | null
  /** A decimal number, as text. */
  readonly averageRating: string
  readonly ratingsCount: number
  readonly coverUrl: string | null
  readonly authors: readonly string[]
}

/** Thrown for a row that is no book; the message says which column is wrong and what it must be. */
export class RowError extends Error {
  override name = 'RowError'
}

/** Thrown for a file that is no catalogue. */
export class CatalogueError extends Error {
  override name = 'CatalogueError'
}

const COLUMNS = [
  'book_id',
  'isbn',
  'authors',
  'original_publication_year',
  'original_title',
  'title',
  'language_code',
  'average_rating',
  'ratings_count',
  'image_url',
] as const
type Column = (typeof COLUMNS)[number]

/**
 * Reads the books of a catalogue in the format of goodbooks-10k, where `isbn` has lost its leading zeros, years are
 * floats, and `authors` are separated by commas. Its `isbn13` is rounded, so of no use.
 *
 * @param header the names of the columns: in any order, others among them
 * @returns a function from the cells of a row to its book, which throws a RowError
 * @throws CatalogueError where a column is missing
 */
export function createBookReader(header: readonly string[]): (cells: readonly string[]) => CatalogueBook {
  const names = header.map((name) => name.trim())
  const missing = COLUMNS.filter((column) => !names.includes(column))
  if (missing.length > 0)
    throw new CatalogueError(
      `its first line is not the header of goodbooks-10k: ${missing.join(', ')} missing`,
    )
  const places = new Map(COLUMNS.map((column) => [column, names.indexOf(column)]))

  return (cells) => {
    if (cells.length !== names.length)
      throw new RowError(`there are ${cells.length} columns, and ${names.length} in the header`)
    return bookOf((column) => cells[places.get(column) ?? -1]?.trim() ?? '')
  }
}

type Cells = (column: Column) => string

function bookOf(cells: Cells): CatalogueBook {
  return {
    sourceId: `goodbooks:${present('book_id', whole(cells, 'book_id', 1, INT32))}`,
    title: present('title', text(cells, 'title', 500)),
    originalTitle: text(cells, 'original_title', 500),
    isbn:
      matching(cells, 'isbn', ISBN, 'up to 10 digits, of which the last may be X')?.padStart(10, '0') ?? null,
    publishedYear: whole(cells, 'original_publication_year', -5000, 3000),
    language: matching(cells, 'language_code', LANGUAGE, 'a language code such as eng or en-US'),
    averageRating: present('average_rating', matching(cells, 'average_rating', RATING, RATING_WORDS)),
    ratingsCount: present('ratings_count', whole(cells, 'ratings_count', 0, INT32)),
    coverUrl: matching(cells, 'image_url', URL_PATTERN, 'an http or https URL'),
    authors: authors(cells),
  }
}

const ISBN = /^\d{0,9}[\dX]$/
const LANGUAGE = /^(?=.{2,35}$)[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/
const URL_PATTERN = /^https?:\/\/[^\s/?#]\S*$/
const RATING = /^([0-4](\.\d{1,2})?|5(\.00?)?)$/
const RATING_WORDS = 'a number from 0 to 5 with at most two decimals'
const WHOLE = /^-?\d+(\.0*)?$/

function present<T>(column: Column, value: T | null): T {
  if (value === null) throw new RowError(`${column} is empty`)
  return value
}

/** A cell that PostgreSQL can store, or null for an empty one. */
function text(cells: Cells, column: Column, longest: number): string | null {
  const value = cells(column)
  if (value === '') return null
  if (value.includes('\0')) throw new RowError(`${column} has a NUL character`)
  if (value.includes('\ufffd')) throw new RowError(`${column} is not in UTF-8`)
  if ([...value].length > longest) throw new RowError(`${column} has more than ${longest} characters`)
  return value
}

function matching(cells: Cells, column: Column, pattern: RegExp, words: string): string | null {
  const value = text(cells, column, 2048)
  if (value === null) return null
  if (!pattern.test(value)) throw wrong(column, words, value)
  return value
}

function whole(cells: Cells, column: Column, least: number, most: number): number | null {
  const value = cells(column)
  if (value === '') return null
  const number = Number(value)
  if (!WHOLE.test(value) || number < least || number > most)
    throw wrong(column, `a whole number from ${least} to ${most}`, value)
  // Not the -0 of `-0.0`.
  return number + 0
}

function authors(cells: Cells): string[] {
  const each = cells('authors').split(',')
  const names = each.flatMap((name) => text(() => name.trim(), 'authors', 200) ?? [])
  const distinct = [...new Set(names)]
  if (distinct.length > 100) throw new RowError('authors are more than 100')
  return distinct
}

const wrong = (column: Column, words: string, value: string) =>
  new RowError(`${column} must be ${words}, not ${JSON.stringify(value.slice(0, 40))}`)
