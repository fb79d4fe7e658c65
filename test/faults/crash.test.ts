import { performance } from 'node:perf_hooks'
import t, { type Test } from 'tap'
import { createDatabase } from '../support/database.ts'
import { Link } from '../support/link.ts'
import { connectRedis, createNamespace, redisUrl } from '../support/redis.ts'
import { startServer } from '../support/server.ts'

/** The default of CACHE_CRASH_BOUND, in milliseconds. */
const BOUND = 5000

/** A process of the service whose way to Redis a test can harm, and another that shares database and cache. */
async function createPair(t: Test) {
  const link = new Link(redisUrl())
  const namespace = createNamespace()
  const env = { DATABASE_URL: await createDatabase(t), CACHE_NAMESPACE: namespace, PORT: '0' }
  const victim = startServer(t, { ...env, REDIS_URL: `redis://${await link.listen(t)}` })
  const redis = connectRedis(t)
  await redis.connect()
  const start = () => startServer(t, { ...env, REDIS_URL: redisUrl() })
  const witness = start()
  const notes = () => redis.hgetall(`${namespace}:intents`)
  return { link, victim, witness, start, url: await witness.listening, notes }
}

async function ask(method: string, url: string, body?: object) {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const { title, id } = (await response.json()) as { title?: string; id?: number }
  return { title, id, cache: response.headers.get('cache-status') }
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
