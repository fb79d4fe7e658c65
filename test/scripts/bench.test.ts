import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { VARIANTS, writes } from '../../bench/variants.ts'
import { given } from '../support/database.ts'
import { redisUrl } from '../support/redis.ts'
import { runScript } from '../support/script.ts'

const bench = (...args: string[]) =>
  runScript('scripts/bench.ts', args, {
    TEST_DATABASE_URL: given('TEST_DATABASE_URL'),
    REDIS_URL: redisUrl(),
  })

const names = VARIANTS.map(({ name }) => name)
const writable = VARIANTS.filter(writes).map(({ name }) => name)
const cached = names.filter((name) => name.startsWith('hotshelf'))

/** All pairs, as texts. */
const pairs = (some: readonly string[], others: readonly string[]) =>
  some.flatMap((one) => others.map((other) => `${one}: ${other}`))

t.test('a quick benchmark writes down every measure of every variant', async (t) => {
  const out = await mkdtemp(join(tmpdir(), 'hotshelf-bench-'))
  t.teardown(() => rm(out, { recursive: true }))
  const { status, lines, errors } = await bench('--quick', '--out', out)
  t.same(errors, [])
  t.equal(status, 0)
  t.ok(lines.includes('## Goals'))

  const read = (name: string) => readFile(join(out, name), 'utf8')
  const results = JSON.parse(await read('results.json'))
  const rowsOf = (part: string, by: string): string[] =>
    results[part].map((row: Record<string, string>) => `${row[by]}: ${row.variant}`)
  const endpoints = ['GET /books?limit=20', 'GET /books/:id', 'GET /authors/:id', 'GET /books/:id/reviews']
  t.same(rowsOf('reads', 'endpoint'), pairs(endpoints, names))
  t.same(rowsOf('mixes', 'mix'), pairs(['95/5', '80/20', '95/5, a tenth of it the list'], writable))
  t.same(rowsOf('crowd', 'requests'), pairs(['40'], writable))
  t.same(rowsOf('firstReads', 'writes'), pairs(['2'], cached))
  t.same(rowsOf('writes', 'circumstance'), [
    ...pairs(['0 unrelated keys', '100 unrelated keys', '1000 unrelated keys'], writable),
    ...pairs(['10 dependent entries', '100 dependent entries'], ['plain', ...cached]),
  ])
  t.match(results.tags, [{ tags: 1 }, { tags: 10 }, { tags: 50 }])
  t.match(results.memory, [{ entries: 20 }])
  t.equal(results.goals.length, 17)
  const lost: string[] = []
  JSON.parse(await read('results.json'), (name, value: unknown) => {
    // JSON has null for what is not finite.
    if (value === null) lost.push(name)
    return value
  })
  t.same(lost, [], 'all numbers are finite')
  for (const { variant, failed } of [...results.reads, ...results.mixes, ...results.crowd])
    t.equal(failed, 0, `${variant} answered all requests`)
  for (const { variant, stale } of results.mixes)
    if (cached.includes(variant)) t.equal(stale, 0, `${variant} showed nothing that was stale`)

  t.match(await read('results.md'), /^\| `GET \/books\?limit=20` \| plain Prisma \| \d/m)
  const plot = await read('results.svg')
  t.match(plot, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]+>/)
  t.match(plot, /prefers-color-scheme:dark/)
  t.notMatch(plot, /NaN|Infinity|undefined/)
})

t.test('a profile tells the parts of a hit', async (t) => {
  const { status, lines, errors } = await bench('--quick', '--profile')
  t.same(errors, [])
  t.equal(status, 0)
  const rows = lines.filter((line) => /^\| .+ \| -?\d+(\.\d+)? \|$/.test(line))
  t.equal(rows.length, 7 + 2 * cached.length)
})

t.test('what there is not is refused in one line', async (t) => {
  const { status, errors } = await bench('--only', 'nothing')
  t.equal(status, 1)
  t.match(errors, [/^--only must be one of reads, .*, not nothing$/])
  t.equal(errors.length, 1)
})
