import { EventEmitter, once } from 'node:events'
import t, { type Test } from 'tap'
import { createDatabase } from '../support/database.ts'
import { Link } from '../support/link.ts'
import { connectRedis, createNamespace, redisUrl } from '../support/redis.ts'
import { startServer } from '../support/server.ts'

/** A process that is about to end, with a way to Redis of its own, and another that shares its database and cache. */
async function createPair(t: Test) {
  const link = new Link(redisUrl())
  const namespace = createNamespace()
  const env = {
    DATABASE_URL: await createDatabase(t),
    CACHE_NAMESPACE: namespace,
    CACHE_CRASH_BOUND: '1000',
    PORT: '0',
  }
  const ending = startServer(t, { ...env, REDIS_URL: `redis://${await link.listen(t)}` })
  const staying = startServer(t, { ...env, REDIS_URL: redisUrl() })
  return { link, namespace, ending, from: await ending.listening, to: await staying.listening }
}

async function ask(method: string, url: string, body?: object) {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const { name, id } = (await response.json()) as { name?: string; id?: number }
  return { status: response.status, name, id, cache: response.headers.get('cache-status') }
}

const CLIENTS = 8
const ENOUGH = 100

t.test('on SIGTERM under load every write is answered or has not been made, and none is stale', async (t) => {
  const { ending, from, to } = await createPair(t)
  const answered = new EventEmitter()
  let count = 0
  const clients = Array.from({ length: CLIENTS }, async () => {
    const { id } = await ask('POST', `${from}/authors`, { name: '0' })
    let last = '0'
    for (;;) {
      await ask('GET', `${to}/authors/${id}`)
      const name = String(++count)
      const { status } = await ask('PATCH', `${from}/authors/${id}`, { name }).catch(() => ({ status: 503 }))
      if (status === 503) return { path: `/authors/${id}`, last }
      t.equal(status, 200)
      last = name
      if (count > ENOUGH) answered.emit('enough')
    }
  })
  await once(answered, 'enough')
  ending.child.kill('SIGTERM')
  for (const { path, last } of await Promise.all(clients))
    t.equal((await ask('GET', `${to}${path}`)).name, last, path)
  t.equal((await ending.ended).code, 0)
})

t.test('what a process owes that ends without Redis is left as notes, which others sweep', async (t) => {
  const { link, namespace, ending, from, to } = await createPair(t)
  const redis = connectRedis(t)
  await redis.connect()
  const { id } = await ask('POST', `${from}/authors`, { name: 'before' })
  const author = `${to}/authors/${id}`
  await ask('GET', author)
  const away = link.hold((text) => /unlink/i.test(text))
  const write = ask('PATCH', `${from}/authors/${id}`, { name: 'after' })
  await away
  ending.child.kill('SIGTERM')
  t.match(await write, { status: 200, name: 'after' }, 'it is in flight, and answered')
  const notes = async () => Object.keys(await redis.hgetall(`${namespace}:intents`)).length
  t.ok((await notes()) > 0, 'it has told others what it owes')
  t.equal((await ending.ended).code, 0)
  while ((await notes()) > 0) {
    // The other process has not swept yet.
  }
  t.match(await ask('GET', author), { name: 'after' })
})
