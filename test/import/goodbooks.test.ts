import t from 'tap'
import { CatalogueError, createBookReader, RowError } from '../../src/import/goodbooks.ts'
import { BookInput } from '../../src/schemas/book.ts'
import { createValidator } from '../../src/validator.ts'
import { type CatalogueRow, cellsOf, HEADER } from '../support/catalogue.ts'

const header = HEADER.split(',')
const read = (row: CatalogueRow) => createBookReader(header)(cellsOf(row))

t.test('a row becomes a book', async (t) => {
  const row = {
    book_id: '7',
    isbn: '61120081',
    authors: 'J.K. Rowling, Mary GrandPré',
    original_publication_year: '1997.0',
    original_title: ' Der Stein ',
    title: ' The Stone  ',
    language_code: 'en-US',
    average_rating: '4.4',
    ratings_count: '4602479',
  }
  t.strictSame(read(row), {
    sourceId: 'goodbooks:7',
    title: 'The Stone',
    originalTitle: 'Der Stein',
    isbn: '0061120081',
    publishedYear: 1997,
    language: 'en-US',
    averageRating: '4.4',
    ratingsCount: 4602479,
    coverUrl: 'https://example.org/1.jpg',
    authors: ['J.K. Rowling', 'Mary GrandPré'],
  })
})

const values: [CatalogueRow, string, unknown][] = [
  [{ isbn: '12345678X' }, 'isbn', '012345678X'],
  [{ isbn: '1' }, 'isbn', '0000000001'],
  [{ isbn: '0439023483' }, 'isbn', '0439023483'],
  [{ isbn: ' ' }, 'isbn', null],
  [{ original_publication_year: '-1750.0' }, 'publishedYear', -1750],
  [{ original_publication_year: '-0.0' }, 'publishedYear', 0],
  [{ original_publication_year: '2008' }, 'publishedYear', 2008],
  [{ original_publication_year: '' }, 'publishedYear', null],
  [{ original_title: '' }, 'originalTitle', null],
  [{ language_code: '' }, 'language', null],
  [{ image_url: '' }, 'coverUrl', null],
  [{ average_rating: '5.00' }, 'averageRating', '5.00'],
  [{ ratings_count: '0' }, 'ratingsCount', 0],
  [{ authors: ' A ,, B,A,' }, 'authors', ['A', 'B']],
  [{ authors: 'Betty  Smith' }, 'authors', ['Betty  Smith']],
  [{ authors: '' }, 'authors', []],
]
for (const [row, column, value] of values)
  t.test(`${JSON.stringify(row)} is ${column} ${JSON.stringify(value)}`, async (t) => {
    t.strictSame(new Map(Object.entries(read(row))).get(column), value)
  })

const refused: [CatalogueRow, string][] = [
  [{ title: ' ' }, 'title is empty'],
  [{ title: 'a\0b' }, 'title has a NUL character'],
  [{ title: 'Caf\ufffd' }, 'title is not in UTF-8'],
  [{ authors: 'A, B\0' }, 'authors has a NUL character'],
  [{ image_url: 'https://a\0b' }, 'image_url has a NUL character'],
  [{ book_id: '' }, 'book_id is empty'],
  [{ book_id: '0' }, 'book_id must be a whole number from 1 to 2147483647, not "0"'],
  [{ isbn: '04390X3483' }, 'isbn must be up to 10 digits, of which the last may be X, not "04390X3483"'],
  [
    { isbn: '9780439023481' },
    'isbn must be up to 10 digits, of which the last may be X, not "9780439023481"',
  ],
  [{ average_rating: '' }, 'average_rating is empty'],
  [
    { average_rating: 'abc' },
    'average_rating must be a number from 0 to 5 with at most two decimals, not "abc"',
  ],
  [
    { average_rating: '1e0' },
    'average_rating must be a number from 0 to 5 with at most two decimals, not "1e0"',
  ],
  [{ ratings_count: '' }, 'ratings_count is empty'],
  [{ ratings_count: 'many' }, 'ratings_count must be a whole number from 0 to 2147483647, not "many"'],
  [
    { original_publication_year: '1997.5' },
    'original_publication_year must be a whole number from -5000 to 3000, not "1997.5"',
  ],
  [
    { language_code: 'english!' },
    'language_code must be a language code such as eng or en-US, not "english!"',
  ],
  [{ image_url: 'ftp://a/b' }, 'image_url must be an http or https URL, not "ftp://a/b"'],
  [{ authors: 'x'.repeat(201) }, 'authors has more than 200 characters'],
]
for (const [row, message] of refused)
  t.test(`${JSON.stringify(row).slice(0, 60)} is refused`, async (t) => {
    t.throws(() => read(row), new RowError(message))
  })

t.test('the limits are those of the API', async (t) => {
  const accepts = createValidator()({ schema: BookInput, httpPart: 'body', method: 'POST', url: '/books' })
  const url = (length: number) => 'https://a/'.padEnd(length, 'b')
  const limits: [keyof CatalogueRow, string, string, string, (text: string) => unknown][] = [
    ['title', 'title', '😀'.repeat(500), '😀'.repeat(501), String],
    ['original_title', 'originalTitle', 'x'.repeat(500), 'x'.repeat(501), String],
    ['original_publication_year', 'publishedYear', '-5000.0', '-5001.0', Number],
    ['original_publication_year', 'publishedYear', '3000.0', '3001.0', Number],
    ['language_code', 'language', 'en-abcdefgh', 'en-abcdefghi', String],
    ['average_rating', 'averageRating', '5', '5.01', Number],
    ['ratings_count', 'ratingsCount', '2147483647', '2147483648', Number],
    ['image_url', 'coverUrl', url(2048), url(2049), String],
  ]
  for (const [column, field, last, beyond, parsed] of limits) {
    t.doesNotThrow(() => read({ [column]: last }), `${column}: the last is taken`)
    t.equal(accepts({ title: 'x', [field]: parsed(last) }), true, `${field}: by the API too`)
    t.throws(() => read({ [column]: beyond }), RowError, `${column}: the next is refused`)
    t.equal(accepts({ title: 'x', [field]: parsed(beyond) }), false, `${field}: by the API too`)
  }
})

t.test('columns may come in another order, with others among them', async (t) => {
  const row = { title: 'Here', isbn: '1' }
  const reversed = createBookReader([...header, 'new'].reverse())(['?', ...cellsOf(row).reverse()])
  t.strictSame(reversed, read(row))
})

t.test('a row of another width is refused', async (t) => {
  const short = createBookReader(header)
  t.throws(() => short(cellsOf({}).slice(1)), new RowError('there are 22 columns, and 23 in the header'))
  t.throws(() => short([...cellsOf({}), '']), new RowError('there are 24 columns, and 23 in the header'))
})

t.test('a header without a column that is needed is refused', async (t) => {
  t.throws(
    () => createBookReader(header.filter((name) => name !== 'isbn' && name !== 'title')),
    new CatalogueError('its first line is not the header of goodbooks-10k: isbn, title missing'),
  )
})
