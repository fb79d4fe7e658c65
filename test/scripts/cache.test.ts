import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import t from 'tap'
import { createCacheCommand } from '../../src/terminal/cache-command.ts'
import { createApp, send } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
import { Link } from '../support/link.ts'
import { createNamespace, redisUrl } from '../support/redis.ts'
import { runScript } from '../support/script.ts'

const env = {
  DATABASE_URL: await createDatabase(t),
  REDIS_URL: redisUrl(),
  CACHE_NAMESPACE: createNamespace(),
}
const run = (...args: string[]) => runScript('scripts/cache.ts', args, { ...env, API_TOKEN: 'secret-token' })
const runJson = async (...args: string[]) => {
  const { status, lines, errors } = await run(...args, '--json')
  t.same([status, errors], [0, []], args.join(' '))
  return JSON.parse(lines.join())
}

// The machine may be busy.
const app = await createApp(t, { ...env, CACHE_DEADLINE: '10000' })
const { id } = (await send(app, 'POST', '/books', { title: 'Notes' })).body
const page = `/books/${id}`
const fill = async () => {
  for (let times = 0; times < 3; times++) await send(app, 'GET', page)
}
await fill()
await send(app, 'GET', '/authors?q=%C2%9B2J')
// Hands over what was read; the app goes on reading.
await app.prisma.$cache.close()

t.test('hot says what is read most, and how it is stored', async (t) => {
  const [hot] = await runJson('hot')
  t.match(hot, { page, reads: 3, stored: { bytes: Number, age: Number } })
  t.ok(hot.tags.some((tag: string) => tag.startsWith('Book:')))
  // Whoever looks on may be far away.
  const link = new Link(redisUrl())
  const REDIS_URL = `redis://${await link.listen(t)}`
  link.slow(300)
  const { status, lines } = await runScript('scripts/cache.ts', ['hot', '--top', '9'], { ...env, REDIS_URL })
  t.equal(status, 0)
  t.ok(
    lines.some((line) => line.includes('"contains":"\\u009b2J"')),
    'nothing that a terminal obeys',
  )
  t.match(lines, [/^READS +WHAT/, new RegExp(`^3 +${page} +\\d+ B, \\d+ s old +`)])
})

t.test('explain says how a query is cached, which writes drop it, and how it is stored', async (t) => {
  const args = `{ where: { id: ${id} }, include: { authors: { orderBy: { id: 'asc' } } } }`
  const told = await runJson('explain', 'Book', 'findUnique', args)
  t.match(told, { cacheable: true, ttl: 3600, stored: { bytes: Number } })
  t.equal(told.droppedBy[told.tags.indexOf(`Book[id=${id}]`)], `a write of a Book with id ${id}`)
  t.match((await run('explain', 'Book', 'create')).lines, ['not cached: create is not a read'])
})

t.test('stats says what Redis holds of the cache, and what a service counts', async (t) => {
  const service = await createApp(t, { ...env, API_TOKEN: 'secret-token' })
  const url = await service.listen({ port: 0, host: '127.0.0.1' })
  await send(service, 'GET', page)
  const [told, { lines }] = await Promise.all([runJson('stats', '--url', url), run('stats', '--url', url)])
  t.match(told.redis, {
    servers: [{ version: /^(Redis|Valkey) \d/, memory: Number, policy: String }],
    keys: { entries: 3, pages: 1, complete: true },
    openWrites: 0,
  })
  t.ok(told.redis.keys.versions > 3)
  t.ok(told.redis.hot >= 1)
  t.match(told.service, { cache: { derived: { hits: 1 } } })
  t.ok(lines.some((line) => /^entries +3 queries, 1 pages, /.test(line)))
  t.ok(lines.some((line) => /^cache\.derived\.hits +1$/.test(line)))
})

t.test('drop drops, for the service too', async (t) => {
  t.equal((await send(app, 'GET', page)).cache, 'hotshelf; hit')
  t.match(await run('drop', 'Review'), { status: 0, lines: ['dropped what reaches Review'] })
  t.match((await send(app, 'GET', page)).cache, 'hotshelf; fwd=miss; stored')
  t.same(await runJson('drop', '--all'), { dropped: 'all' })
  t.match((await send(app, 'GET', page)).cache, 'hotshelf; fwd=miss; stored')
})

t.test('watch tells what goes on until it is interrupted', async (t) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/cache.ts', 'watch', '--json'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  t.match(JSON.parse(line), { time: /^\d{4}-/, reached: true, hits: Number, memory: Number, openWrites: 0 })
  child.kill('SIGINT')
  t.same(await ended, [0, null])
})

t.test('a mistake is told in one line, and the status is 1', async (t) => {
  const told: [string[], string | RegExp, Record<string, string>?][] = [
    [['statz'], "unknown command 'statz' (Did you mean stats?)"],
    [['explain', 'Book'], "missing required argument 'operation'"],
    [
      ['stats'],
      'Redis cannot be reached at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
      { REDIS_URL: 'redis://a:secret@127.0.0.1:1' },
    ],
  ]
  for (const [args, message, more] of told) {
    const { status, lines, errors } = await runScript('scripts/cache.ts', args, { ...env, ...more })
    t.match({ status, lines, errors }, { status: 1, lines: [], errors: [message] }, args.join(' '))
    t.equal(errors.length, 1)
  }

  const link = new Link(redisUrl())
  const REDIS_URL = `redis://${await link.listen(t)}`
  link.hold((text) => text.includes('unlink'))
  const thrown: [string[], string | RegExp, Record<string, string>?][] = [
    [['explain', 'Bok', 'findMany'], 'there is no model Bok, only Author, Book, Review'],
    [['explain', 'Book', 'findMany', '{ where'], /^the arguments cannot be read: JSON5: invalid/],
    [['explain', 'Book', 'findMany', '[7]'], 'the arguments must be an object, such as { where: { id: 7 } }'],
    [['drop'], 'name the models whose queries to drop, or --all of them'],
    [['drop', 'Bok'], 'there is no model Bok, only Author, Book, Review'],
    [['drop', 'Book'], /^Redis does not answer: .* run this again$/, { REDIS_URL }],
    [['hot', '--top', 'x'], '--top must be a whole number from 1 on, not "x"'],
    [['watch', '--every', '2000000'], '--every must be a whole number from 1 to 1000000, not "2000000"'],
    [['stats', '--url', 'localhost:3000'], /^--url must be a URL such as .*, not "localhost:3000"$/],
    [['stats', '--url', 'http://127.0.0.1:1'], 'no service answers at http://127.0.0.1:1'],
    [['stats'], /^REDIS_URL is not set: /, { REDIS_URL: '' }],
    [['stats'], /^DATABASE_URL must be /, { DATABASE_URL: '' }],
  ]
  for (const [args, message, more] of thrown) {
    Object.assign(process.env, env, more)
    await t.rejects(createCacheCommand().parseAsync(args, { from: 'user' }), { message }, args.join(' '))
  }
})

t.test('help says what there is', async (t) => {
  const [all, one] = await Promise.all([run('--help'), run('explain', '--help')])
  for (const { status, errors } of [all, one]) t.same([status, errors], [0, []])
  for (const name of ['stats', 'explain', 'drop', 'hot', 'watch'])
    t.ok(
      all.lines.some((line) => line.trim().startsWith(name)),
      name,
    )
  t.ok(one.lines.some((line) => line.includes('cache.ts explain Book findUnique')))
})
