import t from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { createClient } from '../../src/database.ts'
import { loadBooks, type NewBook } from '../../src/import/load-books.ts'
import { createConfig } from '../support/app.ts'

t.test('two loads at a time that name the same new author add one', async (t) => {
  const database = createClient(await createConfig(t), memoryStore())
  t.teardown(() => database.$disconnect())
  const load = (sourceId: string, after = async () => {}) =>
    database.$transaction(async (transaction) => {
      const book: NewBook = { sourceId, title: sourceId, authors: ['Ada'] }
      await loadBooks(transaction, [book])
      await after()
    })

  let second: Promise<void> | undefined
  await load('test:1', async () => {
    let ended = false
    second = load('test:2').finally(() => {
      ended = true
    })
    // The first stays open until the second has either gone past it or waits for it.
    for (let waiting = false; !waiting && !ended; ) {
      const locks: unknown[] = await database.$queryRaw`
        SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`
      waiting = locks.length > 0
    }
  })
  await second
  t.strictSame(
    await database.author.findMany({
      select: { name: true, books: { select: { title: true }, orderBy: { id: 'asc' } } },
    }),
    [{ name: 'Ada', books: [{ title: 'test:1' }, { title: 'test:2' }] }],
  )
})
