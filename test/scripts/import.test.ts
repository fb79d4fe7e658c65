import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import type { PrismaClient } from '../../src/generated/prisma/client.ts'
import { createApp, send } from '../support/app.ts'
import { type CatalogueRow, createCatalogue, variedRows } from '../support/catalogue.ts'
import { createDatabase } from '../support/database.ts'
import { createImport } from '../support/import.ts'
import { createNamespace, redisUrl } from '../support/redis.ts'

const REAL_FILE = '../shared/data/goodbooks/books.csv'

/** What the database should hold, told by another reader of the file. */
async function booksOf(file: string) {
  const rows: CatalogueRow[] = parse(await readFile(file), { columns: true })
  const or = <T>(value: string | undefined, map: (text: string) => T) =>
    value?.trim() ? map(value.trim()) : null
  const text = (value: string) => value
  return rows.map((row) => ({
    sourceId: `goodbooks:${row.book_id}`,
    title: row.title?.trim(),
    originalTitle: or(row.original_title, text),
    isbn: or(row.isbn, (isbn) => '0'.repeat(10 - isbn.length) + isbn),
    publishedYear: or(row.original_publication_year, Number),
    language: or(row.language_code, text),
    averageRating: Number(row.average_rating).toFixed(2),
    ratingsCount: Number(row.ratings_count),
    coverUrl: or(row.image_url, text),
    authors: [...new Set(row.authors?.split(',').map((name) => name.trim()))].sort(),
  }))
}

async function booksIn(database: PrismaClient) {
  const books = await database.book.findMany({ include: { authors: true }, orderBy: { id: 'asc' } })
  return books.map(({ id: _, createdAt: __, updatedAt: ___, averageRating, authors, ...book }) => ({
    ...book,
    averageRating: averageRating.toFixed(2),
    authors: authors.map(({ name }) => name).sort(),
  }))
}

t.test('a whole catalogue is loaded as it is, and a second run changes nothing', async (t) => {
  const file = existsSync(REAL_FILE) ? REAL_FILE : await createCatalogue(t, variedRows(1200))
  const { database, run } = await createImport(t)
  const expected = await booksOf(file)
  const count = expected.length

  const first = await run(file)
  t.match(first, { status: 0, errors: [] })
  t.equal(first.lines.at(-1), `added ${count}, already there 0, skipped 0`)
  const byId = (book: { sourceId: string | null }) => book.sourceId
  const loaded = new Map((await booksIn(database)).map((book) => [byId(book), book]))
  t.equal(loaded.size, count)
  const different = expected.filter((book) => {
    const { sourceId, ...other } = loaded.get(book.sourceId) ?? { sourceId: null }
    return (
      JSON.stringify(Object.entries({ sourceId, ...other }).sort()) !==
      JSON.stringify(Object.entries(book).sort())
    )
  })
  t.strictSame(different, [])
  const names = new Set(expected.flatMap(({ authors }) => authors))
  t.equal(await database.author.count(), names.size, 'each name is one author')

  const newest = () => database.book.aggregate({ _max: { updatedAt: true, id: true }, _count: true })
  const before = await newest()
  const second = await run(file)
  t.match(second, { status: 0, errors: [] })
  t.equal(second.lines.at(-1), `added 0, already there ${count}, skipped 0`)
  t.strictSame(await newest(), before)
  t.equal(await database.author.count(), names.size)
})

t.test('--limit looks at the first rows only, the bad ones among them', async (t) => {
  const { database, run } = await createImport(t)
  const [first = {}, , ...rest] = variedRows(20)
  const file = await createCatalogue(t, [first, { book_id: '2', title: '' }, ...rest])
  const limited = await run(file, '--limit', '3')
  t.equal(limited.status, 2)
  t.equal(limited.lines.at(-1), 'added 2, already there 0, skipped 1')
  t.strictSame(
    (await booksIn(database)).map(({ sourceId }) => sourceId),
    ['goodbooks:1', 'goodbooks:3'],
  )
})

t.test('two imports at a time add each book and each author once', async (t) => {
  const { database, run } = await createImport(t)
  const file = await createCatalogue(t, variedRows(1200))
  const both = await Promise.all([run(file), run(file)])
  t.strictSame(
    both.map(({ status }) => status),
    [0, 0],
  )
  const added = both.map(({ lines }) => Number(/^added (\d+),/.exec(lines.at(-1) ?? '')?.[1]))
  t.equal((added[0] ?? 0) + (added[1] ?? 0), 1200)
  t.strictSame(await booksIn(database), await booksOf(file))
  const names = await database.author.findMany()
  t.equal(new Set(names.map(({ name }) => name)).size, names.length)
})

t.test('a running service sees the books at once', async (t) => {
  const env = {
    DATABASE_URL: await createDatabase(t),
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
  }
  const { run } = await createImport(t, env)
  const app = await createApp(t, env)
  await run(await createCatalogue(t, [{ book_id: '1', authors: 'Ada, Mary' }]))
  const urls = ['/books', '/books?q=new', '/authors', '/authors/1']
  for (const url of urls) await send(app, 'GET', url)
  for (const url of urls) t.equal((await send(app, 'GET', url)).cache, 'hotshelf; hit', `${url} is cached`)

  await run(
    await createCatalogue(t, [{ book_id: '2', title: 'New', ratings_count: '99', authors: 'Ada, Zoe' }]),
  )
  t.match(await send(app, 'GET', '/books'), {
    body: { data: [{ title: 'New', authors: [{ name: 'Ada' }, { name: 'Zoe' }] }, {}] },
  })
  t.match(await send(app, 'GET', '/books?q=new'), { body: { data: [{ title: 'New' }] } })
  t.match(await send(app, 'GET', '/authors'), {
    body: { data: [{ name: 'Ada' }, { name: 'Mary' }, { name: 'Zoe' }] },
  })
  t.match(await send(app, 'GET', '/authors/1'), {
    body: { name: 'Ada', books: [{ title: 'New' }, { title: 'Notes' }] },
  })
})
