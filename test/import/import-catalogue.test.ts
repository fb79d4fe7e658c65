import t, { type Test } from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { createClient } from '../../src/database.ts'
import type { CsvRow } from '../../src/import/csv-rows.ts'
import { CatalogueError } from '../../src/import/goodbooks.ts'
import { importCatalogue, type Totals } from '../../src/import/import-catalogue.ts'
import { createConfig } from '../support/app.ts'
import { type CatalogueRow, cellsOf, HEADER, variedRows } from '../support/catalogue.ts'

/** An empty database, and the import of rows into it, which tells what it reported. */
async function createImport(t: Test) {
  const database = createClient(await createConfig(t), memoryStore())
  t.teardown(() => database.$disconnect())
  const load = async (rows: AsyncIterable<CsvRow>) => {
    const notes: string[] = []
    const progress: Totals[] = []
    const totals = await importCatalogue(database, rows, {
      onNote: (line, note) => notes.push(`line ${line}: ${note}`),
      onProgress: (totals) => progress.push(totals),
    })
    return { totals, notes, progress }
  }
  return {
    database,
    load,
    run: (...rows: CatalogueRow[]) => load(csv(HEADER.split(','), ...rows.map(cellsOf))),
  }
}

async function* csv(...rows: (string[] | string)[]): AsyncGenerator<CsvRow> {
  for (const [index, row] of rows.entries())
    yield typeof row === 'string' ? { line: index + 1, problem: row } : { line: index + 1, cells: row }
}

t.test('a catalogue that has grown adds what is new, in its order, and tells after each batch', async (t) => {
  const { database, run } = await createImport(t)
  const rows = variedRows(1100)
  t.strictSame((await run(...rows.slice(0, 600))).progress, [
    { added: 500, already: 0, skipped: 0 },
    { added: 600, already: 0, skipped: 0 },
  ])
  const grown = await run(...rows)
  t.strictSame(grown.totals, { added: 500, already: 600, skipped: 0 })
  const books = await database.book.findMany({ select: { sourceId: true }, orderBy: { id: 'asc' } })
  t.strictSame(
    books.map(({ sourceId }) => sourceId),
    rows.map(({ book_id }) => `goodbooks:${book_id}`),
  )
})

t.test('a book of another source with the same isbn stays as it is, and is told', async (t) => {
  const { database, run } = await createImport(t)
  const own = await database.book.create({ data: { title: 'Mine', isbn: '0439023483' } })
  const rows = [{ book_id: '1', isbn: '439023483' }, { book_id: '2' }]
  const notes = [`line 2: book ${own.id} has the isbn 0439023483 already, and stays as it is`]
  t.match(await run(...rows), { totals: { added: 1, already: 1, skipped: 0 }, notes })
  t.match(await run(...rows), { totals: { added: 0, already: 2, skipped: 0 }, notes })
  t.strictSame(await database.book.findUnique({ where: { id: own.id } }), own)
})

t.test('what was changed or taken away since stays changed, and comes back', async (t) => {
  const { database, run } = await createImport(t)
  const rows = [{ book_id: '1' }, { book_id: '2' }]
  await run(...rows)
  await database.book.update({
    where: { sourceId: 'goodbooks:1' },
    data: { title: 'Mine', authors: { set: [] } },
  })
  await database.book.delete({ where: { sourceId: 'goodbooks:2' } })
  t.strictSame((await run(...rows)).totals, { added: 1, already: 1, skipped: 0 })
  t.match(await database.book.findMany({ include: { authors: true }, orderBy: { sourceId: 'asc' } }), [
    { title: 'Mine', authors: [] },
    { title: 'Notes', authors: [{ name: 'Ada Lovelace' }] },
  ])
})

t.test('authors of exactly the same name are one, those that are there already among them', async (t) => {
  const { database, run } = await createImport(t)
  const { id } = await database.author.create({ data: { name: 'Ada Lovelace' } })
  await database.author.create({ data: { name: 'Ada Lovelace' } })
  const names = ['Ada Lovelace, ADA LOVELACE', ' Ada Lovelace ,, Mary, Mary', 'Mary']
  await run(...names.map((authors, index) => ({ book_id: String(index + 1), authors })))
  const books = await database.book.findMany({
    include: { authors: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  })
  t.strictSame(
    books.map(({ authors }) => authors.map(({ name }) => name)),
    [['Ada Lovelace', 'ADA LOVELACE'], ['Ada Lovelace', 'Mary'], ['Mary']],
  )
  t.equal(books[0]?.authors[0]?.id, id, 'of namesakes, the first')
  t.equal(await database.author.count(), 4)
})

t.test('a header alone is a catalogue without books', async (t) => {
  const { run } = await createImport(t)
  t.strictSame(await run(), { totals: { added: 0, already: 0, skipped: 0 }, notes: [], progress: [] })
})

t.test('what does not begin with the header is no catalogue', async (t) => {
  const { load } = await createImport(t)
  await t.rejects(load(csv()), new CatalogueError('it is empty'))
  await t.rejects(
    load(csv('a quote too many')),
    new CatalogueError('its first line is no header: a quote too many'),
  )
  await t.rejects(load(csv(['id', 'name'], ['1', 'x'])), {
    message: /^its first line is not the header of goodbooks-10k: /,
  })
})
