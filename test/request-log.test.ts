import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { buildApp } from '../src/app.ts'
import { loggerOptions } from '../src/logger.ts'
import { askItself } from '../src/own-requests.ts'
import { createConfig } from './support/app.ts'
import { lock } from './support/database.ts'

interface Line {
  readonly level: number
  readonly msg: string
  readonly [name: string]: unknown
}

/** The service, where it listens, and what it has logged. */
async function createLogging(t: Test, env: Record<string, string> = {}) {
  const lines: Line[] = []
  const heard = new PassThrough()
  heard.on('data', (chunk) => {
    for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line))
  })
  const config = await createConfig(t, { LOG_LEVEL: 'info', ...env })
  const app = await buildApp(config, { logger: { level: 'info', stream: heard } })
  t.teardown(() => app.close())
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  lines.length = 0
  return { app, url, config, lines, logged: (count: number) => until(() => lines.length >= count) }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate()
}

t.test('each request is one line', async (t) => {
  const { app, url, lines, logged } = await createLogging(t, { API_TOKEN: 'secret' })
  // Of the service's own, as when it fills the cache again.
  await askItself(app, '/books')
  const paths = [
    '/books?q=secret&limit=3',
    '/books?q=secret&limit=3',
    '/nowhere/at/all?token=secret',
    '/%zz?token=secret',
  ]
  for (const path of [...paths, `/${'x'.repeat(5000)}`]) await fetch(url + path)
  await fetch(`${url}/authors`, { method: 'POST', headers: { authorization: 'Bearer wrong-secret' } })
  const look = new AbortController()
  await fetch(`${url}/cache/events`, { signal: look.signal, headers: { authorization: 'Bearer secret' } })
  look.abort()
  await logged(7)
  await app.close()
  t.match(lines, [
    { method: 'GET', url: '/books?q&limit', route: '/books', status: 200, cache: 'stored', msg: 'request' },
    { status: 200, cache: 'hit', msg: 'request' },
    { url: '/nowhere/at/all?token', status: 404, msg: 'request' },
    { url: '/%zz?token', status: 400, msg: 'request' },
    { url: /^\/x{199}$/, status: 404, msg: 'request' },
    { method: 'POST', url: '/authors', route: '/authors', status: 401, msg: 'request' },
    { url: '/cache/events', gone: true, msg: 'request' },
  ])
  t.equal(lines.length, 7)
  t.ok(lines.every(({ milliseconds }) => typeof milliseconds === 'number' && milliseconds >= 0))
  t.ok(lines.every(({ reqId }) => typeof reqId === 'string'))
  t.notMatch(JSON.stringify(lines), /secret/)
})

t.test('a request whose client has gone is one line', async (t) => {
  const { app, url, config, lines, logged } = await createLogging(t)
  const { port } = new URL(url)
  const unlock = await lock(t, config.DATABASE_URL, 'LOCK TABLE "Book"')
  lines.length = 0
  const socket = connect(Number(port), '127.0.0.1', () =>
    socket.write('GET /books HTTP/1.1\r\nHost: x\r\n\r\n'),
  )
  await until(() => app.prisma.$cache.stats().derived.misses > 0)
  socket.destroy()
  await new Promise((resolve) => socket.once('close', resolve))
  await unlock()
  await logged(1)
  t.match(lines, [{ method: 'GET', url: '/books', gone: true, msg: 'request' }])
})

t.test('an error keeps its stack in the log, beside the line of its request', async (t) => {
  const { app, url, lines, logged } = await createLogging(t)
  await app.prisma.$executeRaw`DROP TABLE "Book" CASCADE`
  t.equal((await fetch(`${url}/books`)).status, 500)
  await logged(2)
  t.match(lines, [
    { level: 50, err: { stack: /\n +at / } },
    { level: 30, msg: 'request', status: 500 },
  ])
  t.equal(lines[0]?.reqId, lines[1]?.reqId)
})

t.test('on a terminal a line is for people', async (t) => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true })
  const app = await buildApp(await createConfig(t), {
    logger: loggerOptions({ LOG_LEVEL: 'info' }, terminal),
  })
  t.teardown(() => app.close())
  await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/books`)
  let said = ''
  while (!said.includes('request')) said += terminal.read() ?? (await setImmediate(''))
  t.match(said, /INFO.*request \{.*"url":"\/books".*\}\n/)
  t.same(loggerOptions({ LOG_LEVEL: 'info' }, new PassThrough()), { level: 'info' })
})
