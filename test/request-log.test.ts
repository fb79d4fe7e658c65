import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { buildApp } from '../src/app.ts'
import { loggerOptions } from '../src/logger.ts'
import { createConfig, send } from './support/app.ts'
import { lock } from './support/database.ts'

interface Line {
  readonly level: number
  readonly msg: string
  readonly [name: string]: unknown
}

/** The service, and what it has logged. */
async function createLogging(t: Test) {
  const lines: Line[] = []
  const heard = new PassThrough()
  heard.on('data', (chunk) => {
    for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line))
  })
  const config = await createConfig(t, { LOG_LEVEL: 'info' })
  const app = await buildApp(config, { logger: { level: 'info', stream: heard } })
  t.teardown(() => app.close())
  lines.length = 0
  return { app, config, lines }
}

t.test('each request is one line', async (t) => {
  const { app, lines } = await createLogging(t)
  await send(app, 'GET', '/books?q=secret&limit=3')
  await send(app, 'GET', '/books?q=secret&limit=3')
  await send(app, 'POST', '/authors', { name: 'x' })
  await send(app, 'GET', '/nowhere/at/all?token=secret')
  await app.inject('/%zz?token=secret')
  await app.inject(`/${'x'.repeat(5000)}`)
  t.match(lines, [
    { method: 'GET', url: '/books?q&limit', route: '/books', status: 200, cache: 'stored', msg: 'request' },
    { status: 200, cache: 'hit', msg: 'request' },
    { method: 'POST', url: '/authors', route: '/authors', status: 201, msg: 'request' },
    { url: '/nowhere/at/all?token', status: 404, msg: 'request' },
    { url: '/%zz?token', status: 400, msg: 'request' },
    { url: /^\/x{199}$/, status: 404, msg: 'request' },
  ])
  t.equal(lines.length, 6)
  t.ok(lines.every(({ milliseconds }) => typeof milliseconds === 'number' && milliseconds >= 0))
  t.ok(lines.every(({ reqId }) => typeof reqId === 'string'))
  t.notMatch(JSON.stringify(lines), /secret/)
})

t.test('a request whose client has gone is one line', async (t) => {
  const { app, config, lines } = await createLogging(t)
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const unlock = await lock(t, config.DATABASE_URL, 'LOCK TABLE "Book"')
  lines.length = 0
  const socket = connect(Number(port), '127.0.0.1', () =>
    socket.write('GET /books HTTP/1.1\r\nHost: x\r\n\r\n'),
  )
  while (app.prisma.$cache.stats().derived.misses === 0) await new Promise((resolve) => setImmediate(resolve))
  socket.destroy()
  await new Promise((resolve) => socket.once('close', resolve))
  await unlock()
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  t.match(lines, [{ method: 'GET', url: '/books', gone: true, msg: 'request' }])
})

t.test('an error keeps its stack in the log, beside the line of its request', async (t) => {
  const { app, lines } = await createLogging(t)
  await app.prisma.$executeRaw`DROP TABLE "Book" CASCADE`
  t.equal((await send(app, 'GET', '/books')).status, 500)
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
  await send(app, 'GET', '/books')
  let said = ''
  while (!said.includes('request'))
    said += terminal.read() ?? (await new Promise((resolve) => setImmediate(resolve, '')))
  t.match(said, /INFO.*request \{.*"url":"\/books".*\}\n/)
  t.same(loggerOptions({ LOG_LEVEL: 'info' }, new PassThrough()), { level: 'info' })
})
