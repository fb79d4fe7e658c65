import { performance } from 'node:perf_hooks'
import t, { type Test } from 'tap'
import { connectDatabase, createDatabase, lock } from '../support/database.ts'
import { Link } from '../support/link.ts'
import { connectRedis, createNamespace, redisUrl } from '../support/redis.ts'
import { startServer } from '../support/server.ts'

/** The default of CACHE_CRASH_BOUND, in milliseconds. */
const BOUND = 5000

/** A process of the service whose ways to Redis and PostgreSQL a test can harm, and another that shares both. */
async function createPair(t: Test, bound = BOUND) {
  const link = new Link(redisUrl())
  const namespace = createNamespace()
  const database = await createDatabase(t)
  const databaseLink = new Link(database)
  const env = {
    DATABASE_URL: database,
    CACHE_NAMESPACE: namespace,
    CACHE_CRASH_BOUND: String(bound),
    PORT: '0',
  }
  const harmed = new URL(database)
  harmed.host = await databaseLink.listen(t)
  const victim = startServer(t, {
    ...env,
    DATABASE_URL: harmed.href,
    REDIS_URL: `redis://${await link.listen(t)}`,
  })
  const redis = connectRedis(t)
  await redis.connect()
  const start = () => startServer(t, { ...env, REDIS_URL: redisUrl() })
  const witness = start()
  const notes = () => redis.hgetall(`${namespace}:intents`)
  return { link, databaseLink, database, victim, witness, start, url: await witness.listening, notes }
}

async function ask(method: string, url: string, body?: object) {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const { title, name, id } = (await response.json()) as { title?: string; name?: string; id?: number }
  return { title, name, id, cache: response.headers.get('cache-status') }
}

t.test(
  'what a process has committed and not dropped as it died is dropped by another within the bound',
  async (t) => {
    const { link, victim, url, notes } = await createPair(t)
    const { id } = await ask('POST', `${url}/books`, { title: 'before' })
    const book = `${url}/books/${id}`
    await ask('GET', book)
    const dropping = link.hold((text) => /unlink/i.test(text))
    const write = ask('PATCH', `${await victim.listening}/books/${id}`, { title: 'after' })
    await dropping
    victim.child.kill('SIGKILL')
    const killed = performance.now()
    await t.rejects(write)
    t.match(
      await ask('GET', book),
      { title: 'before', cache: /hit/ },
      'the write is not acknowledged, nor dropped',
    )
    t.equal(Object.keys(await notes()).length, 1)
    while ((await ask('GET', book)).title === 'before') {
      // The answer itself says when it is over.
    }
    const milliseconds = performance.now() - killed
    t.ok(milliseconds < BOUND, `${Math.round(milliseconds)} ms`)
    t.equal((await ask('GET', book)).title, 'after')
    while (Object.keys(await notes()).length > 0) await ask('GET', book)
    t.comment(`stale for ${Math.round(milliseconds)} ms`)
  },
)

for (const [point, way, text, title] of [
  ['before its statement', 'databaseLink', /UPDATE/, 'before'],
  ['before its commit', 'databaseLink', /COMMIT/, 'before'],
  ['before its note is taken away', 'link', /hdel/i, 'after'],
] as const)
  t.test(`what a process that is killed ${point} has noted is swept`, async (t) => {
    const pair = await createPair(t, 1000)
    const { victim, url, notes } = pair
    const { id } = await ask('POST', `${url}/books`, { title: 'before' })
    const book = `${url}/books/${id}`
    await ask('GET', book)
    const held = pair[way].hold((sent) => text.test(sent))
    const write = ask('PATCH', `${await victim.listening}/books/${id}`, { title: 'after' }).catch(() => {})
    await held
    t.equal(Object.keys(await notes()).length, 1)
    victim.child.kill('SIGKILL')
    await write
    while (Object.keys(await notes()).length > 0) await ask('GET', book)
    t.equal((await ask('GET', book)).title, title)
    t.match(await ask('GET', book), { title, cache: /hit/ })
  })

t.test('a process that starts after another died does not serve what that one left', async (t) => {
  const { link, victim, witness, start, url } = await createPair(t)
  const { id } = await ask('POST', `${url}/books`, { title: 'before' })
  await ask('GET', `${url}/books/${id}`)
  await witness.stop()
  const dropping = link.hold((text) => /unlink/i.test(text))
  const write = ask('PATCH', `${await victim.listening}/books/${id}`, { title: 'after' })
  await dropping
  victim.child.kill('SIGKILL')
  await t.rejects(write)
  const late = await start().listening
  t.equal((await ask('GET', `${late}/books/${id}`)).title, 'after', 'it asks the database until it has swept')
  while (!(await ask('GET', `${late}/books/${id}`)).cache?.endsWith('hit')) {
    // It sweeps within the bound.
  }
  t.equal((await ask('GET', `${late}/books/${id}`)).title, 'after')
})

t.test('a statement whose process was killed is not carried out any more', async (t) => {
  const { database, victim, url, notes } = await createPair(t)
  const { id } = await ask('POST', `${url}/authors`, { name: 'before' })
  const author = `${url}/authors/${id}`
  const looker = await connectDatabase(t, database)
  const others = async (where: string) => {
    const { rowCount } = await looker.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${where}`,
    )
    return rowCount
  }
  const unlock = await lock(t, database, `SELECT FROM "Author" WHERE id = ${id} FOR UPDATE`)
  const write = ask('PATCH', `${await victim.listening}/authors/${id}`, { name: 'after' })
  while ((await others("wait_event_type = 'Lock'")) === 0) {
    // It is on its way.
  }
  victim.child.kill('SIGKILL')
  await t.rejects(write)
  while (Object.keys(await notes()).length > 0) {
    // The other process has not swept yet.
  }
  await ask('GET', author)
  await unlock()
  while ((await others("state <> 'idle'")) !== 0) {
    // The statement that was waiting has its turn, where there still is one.
  }
  const { rows } = await looker.query('SELECT name FROM "Author" WHERE id = $1', [id])
  t.same(rows, [{ name: 'before' }])
  t.match(await ask('GET', author), { name: 'before', cache: /hit/ })
})
