import { dirname, join } from 'node:path'
import t from 'tap'
import { importCommand } from '../../src/import/command.ts'
import { createCatalogue } from '../support/catalogue.ts'
import { createImport } from '../support/import.ts'
import { runScript } from '../support/script.ts'

t.test('bad rows are told with their lines and skipped, and all others are loaded', async (t) => {
  const { database, run } = await createImport(t)
  const file = await createCatalogue(t, [
    { book_id: '1', title: 'Two\nlines, "quoted"', isbn: '12345678X' }, // lines 2 and 3
    '', // line 4
    { book_id: '2', title: '' },
    { book_id: '3', average_rating: 'good' },
    '4,only,four,columns', // line 7
    '5,"un"closed",x',
    { book_id: '6', isbn: '12345678X' },
    { book_id: '1' },
    { book_id: '7', title: 'x'.repeat(501) },
    { book_id: '8', title: 'a\0b' },
    { book_id: '9', title: 'Fine' },
    '10,"never closed', // line 14
  ])
  const { status, lines, errors } = await run(file)
  t.equal(status, 2)
  t.strictSame(errors, [
    'line 5: skipped: title is empty',
    'line 6: skipped: average_rating must be a number from 0 to 5 with at most two decimals, not "good"',
    'line 7: skipped: there are 4 columns, and 23 in the header',
    'line 8: skipped: there is text after a closing quote',
    'line 9: skipped: line 2 has isbn 012345678X already',
    'line 10: skipped: line 2 has goodbooks:1 already',
    'line 11: skipped: title has more than 500 characters',
    'line 12: skipped: title has a NUL character',
    'line 14: skipped: a quote is opened and never closed: nothing after it could be read',
  ])
  t.equal(lines.at(-1), 'added 2, already there 0, skipped 9')
  t.match(await database.book.findMany({ orderBy: { id: 'asc' } }), [
    { title: 'Two\nlines, "quoted"', isbn: '012345678X' },
    { title: 'Fine', isbn: null },
  ])
})

t.test('what cannot be loaded is told in one line', async (t) => {
  const { url, database } = await createImport(t)
  const file = await createCatalogue(t, [{ book_id: '1' }])
  const missing = join(dirname(file), 'missing.csv')
  const tables = new URL(url)
  tables.pathname = '/postgres'
  const cases: [string, Record<string, string>, string][] = [
    [missing, {}, `${missing} cannot be opened: there is no such file`],
    [
      file,
      { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
      "the database failed: Can't reach database server at 127.0.0.1:1",
    ],
    [file, { DATABASE_URL: tables.href }, 'the database has no tables yet: run `npx prisma migrate deploy`'],
    [
      file,
      { REDIS_URL: 'redis://127.0.0.1:1' },
      'Redis cannot be reached, and what it holds would go stale: start it, or mend or unset REDIS_URL',
    ],
  ]
  for (const [path, env, message] of cases)
    t.strictSame(
      await runScript('scripts/import.ts', [path], { DATABASE_URL: url, ...env }),
      { status: 1, lines: [], errors: [message] },
      message,
    )
  t.equal(await database.book.count(), 0, 'and nothing is loaded')
})

t.test('what is asked for wrongly is told before anything is tried', async (t) => {
  const file = await createCatalogue(t, [])
  const folder = dirname(file)
  const cases: [string[], string | RegExp][] = [
    [[], 'name one file: npm run import -- FILE.csv [--limit N]'],
    [[file, file], 'name one file: npm run import -- FILE.csv [--limit N]'],
    [[file, '--limit', '0'], '--limit must be a whole number from 1 on, not "0"'],
    [[file, '--limit', '1.5'], '--limit must be a whole number from 1 on, not "1.5"'],
    [[file, '--fast'], /^Unknown option '--fast'.*$/],
    [[folder], `${folder} is a folder: name a file`],
  ]
  for (const [args, message] of cases) await t.rejects(importCommand(args), { message }, String(message))
})

t.test('another file is told with its name', async (t) => {
  const { url } = await createImport(t)
  process.env.DATABASE_URL = url
  const path = join(t.testdir({ 'other.csv': 'id,name\n1,x\n' }), 'other.csv')
  await t.rejects(importCommand([path]), {
    message: new RegExp(`^${path} cannot be loaded: its first line is not the header`),
  })
})

t.test('--help tells what it does and the exit statuses', async (t) => {
  const { status, lines, errors } = await runScript('scripts/import.ts', ['--help'], {})
  t.strictSame([status, errors], [0, []])
  t.equal(lines[0], 'npm run import -- FILE.csv [--limit N]')
  t.match(lines.join(' '), /Exit status: 0 .* 2 .* 1, /)
})
