import { once } from 'node:events'
import { createServer } from 'node:net'
import pg from 'pg'
import t from 'tap'
import { freePort } from '../scripts/services/ports.ts'
import { createApp, send } from './support/app.ts'
import { createDatabase } from './support/database.ts'
import { createNamespace, redisUrl, startRedis } from './support/redis.ts'
import { startServer } from './support/server.ts'

t.test(
  'on SIGTERM requests in flight are answered, new ones refused, and the server ends with 0',
  async (t) => {
    const env = {
      DATABASE_URL: await createDatabase(t),
      REDIS_URL: redisUrl(),
      CACHE_NAMESPACE: createNamespace(),
    }
    const server = startServer(t, { ...env, PORT: '0' })
    const url = await server.listening
    t.equal((await fetch(`${url}/health/live`)).status, 200)
    const [lock, watch] = [1, 2].map(() => new pg.Client({ connectionString: env.DATABASE_URL }))
    if (!lock || !watch) throw new Error('two connections')
    await Promise.all([lock.connect(), watch.connect()])
    await lock.query('BEGIN; LOCK TABLE "Book"')
    const inFlight = fetch(`${url}/books`)
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    while ((await watch.query(waiting)).rowCount === 0);
    server.child.kill('SIGTERM')
    const serves = () =>
      fetch(`${url}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      )
    while (await serves());
    await lock.query('COMMIT')
    t.equal((await inFlight).status, 200)
    await Promise.all([lock.end(), watch.end()])
    t.same((await server.ended).code, 0)
  },
)

t.test('two processes share the cache, and each sees the other’s writes at once', async (t) => {
  const env = {
    DATABASE_URL: await createDatabase(t),
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
    // Or the one that has written may have filled it again by then.
    CACHE_REFILL: '0',
    PORT: '0',
  }
  const [one = '', two = ''] = await Promise.all(
    [startServer(t, env), startServer(t, env)].map((each) => each.listening),
  )
  const write = (url: string, method: string, body: object) =>
    fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const created = await write(`${one}/books`, 'POST', { title: 'First' })
  const book = created.headers.get('location') ?? ''
  for (const [at, title] of [
    [one, 'By the second'],
    [two, 'By the first'],
    [one, 'By the second again'],
  ] as const) {
    const elsewhere = at === one ? two : one
    await fetch(`${at}${book}`)
    t.equal((await fetch(`${elsewhere}${book}`)).headers.get('cache-status'), 'hotshelf; hit')
    t.equal((await write(`${elsewhere}${book}`, 'PATCH', { title })).status, 200)
    const fresh = await fetch(`${at}${book}`)
    t.match(fresh.headers.get('cache-status'), 'hotshelf; fwd=miss; stored')
    t.match(await fresh.json(), { title })
  }
})

t.test('a wrong configuration is one line that names the variable', async (t) => {
  const DATABASE_URL = 'postgresql://127.0.0.1/x'
  for (const [env, name] of [
    [{}, 'DATABASE_URL'],
    [{ DATABASE_URL, PORT: 'x' }, 'PORT'],
    [{ DATABASE_URL, CACHE: 'maybe' }, 'CACHE'],
    [{ DATABASE_URL, LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ DATABASE_URL, REDIS_URL: 'http://x' }, 'REDIS_URL'],
    [{ DATABASE_URL, NODE_ENV: 'production' }, 'API_TOKEN'],
  ] as const) {
    const { code, said } = await startServer(t, { ...env }).ended
    t.equal(code, 1, name)
    t.equal(said.trim().split('\n').length, 1, said)
    t.ok(said.startsWith(name), said)
  }
})

t.test('a port in use is one line', async (t) => {
  const taken = createServer().listen(await freePort(), '127.0.0.1')
  t.teardown(() => taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const server = startServer(t, { DATABASE_URL: await createDatabase(t), PORT: port })
  const { code, said } = await server.ended
  t.equal(code, 1)
  t.match(said.trim(), new RegExp(`^PORT: port ${port} is in use.*$`))
})

t.test(
  'without Redis at its start the service serves from the database, and uses Redis once it is there',
  async (t) => {
    const port = await freePort()
    const app = await createApp(t, { REDIS_URL: `redis://127.0.0.1:${port}` })
    t.equal((await send(app, 'GET', '/books')).cache, 'hotshelf; fwd=bypass')
    t.match((await send(app, 'GET', '/health/ready')).body, { status: 'ok', cache: 'unreachable' })
    t.equal((await send(app, 'POST', '/books', { title: 'x' })).status, 201)
    await startRedis(t, port)
    while ((await app.store.state()) !== 'redis') await new Promise((resolve) => setImmediate(resolve))
    t.match((await send(app, 'GET', '/books')).cache, 'hotshelf; fwd=miss; stored')
    t.equal((await send(app, 'GET', '/books')).cache, 'hotshelf; hit')
  },
)

t.test('a Redis that dies costs no request, and the service still closes', async (t) => {
  const redis = await startRedis(t)
  const app = await createApp(t, { REDIS_URL: redis.url })
  const { body } = await send(app, 'POST', '/authors', { name: 'Before' })
  await send(app, 'GET', `/authors/${body.id}`)
  await redis.stop()
  t.equal((await send(app, 'PATCH', `/authors/${body.id}`, { name: 'After' })).status, 200)
  const read = await send(app, 'GET', `/authors/${body.id}`)
  t.equal(read.body.name, 'After')
  t.equal(read.cache, 'hotshelf; fwd=bypass')
  await t.resolves(app.close())
})

t.test('a database that cannot be reached is a 503 with Retry-After that tells nothing', async (t) => {
  const app = await createApp(t, { DATABASE_URL: 'postgresql://someone:secret@127.0.0.1:1/nowhere' })
  for (const url of ['/books', '/books/1', '/health/ready']) {
    const { status, headers, body } = await send(app, 'GET', url)
    t.equal(status, 503, url)
    t.ok(Number(headers['retry-after']) > 0)
    t.notMatch(JSON.stringify(body), /someone|secret|127\.0\.0\.1|prisma/i)
  }
  t.equal((await send(app, 'POST', '/books', { title: 'x' })).status, 503)
  t.equal((await send(app, 'GET', '/health/live')).status, 200)
})
