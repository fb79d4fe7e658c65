import t from 'tap'
import { createApp, send } from '../support/app.ts'
import { observe } from '../support/client.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

for (const env of [{}, { CACHE_NEAR: '8' }] as Record<string, string>[])
  t.test(`pages as they are kept, with ${JSON.stringify(env)}`, async (t) => {
    const namespace = createNamespace()
    const app = await createApp(t, { ...env, CACHE_NAMESPACE: namespace })
    const { body: author } = await send(app, 'POST', '/authors', { name: 'Zoë' })
    const url = `/authors/${author.id}`
    const get = (headers: Record<string, string> = {}) => app.inject({ url, headers })
    const [made, , kept] = [await get(), await get(), await get()]

    t.test('an answer that is kept costs no read', async (t) => {
      for (const path of [url, '/books', '/books?limit=3', '/authors?q=zo', '/books?limit=2&sort=title']) {
        for (let times = 0; times < 2; times++) await app.inject(path)
        const { result, outcomes } = await observe(() => app.inject(path))
        t.equal(result.headers['cache-status'], 'hotshelf; hit')
        t.same(outcomes, [], path)
      }
    })

    t.test('an answer that was kept is the one that was made', async (t) => {
      for (const name of ['content-type', 'content-length', 'etag', 'x-frame-options'])
        t.equal(kept.headers[name], made.headers[name], name)
      t.equal(kept.body, made.body)
      t.match(kept.json(), { name: 'Zoë' })
      t.match(made.headers['cache-status'], 'hotshelf; fwd=miss; stored')
      t.equal(kept.headers['cache-status'], 'hotshelf; hit')
    })

    t.test('who has an answer already is told so, made or kept', async (t) => {
      const etag = String(made.headers.etag)
      t.match(etag, /^"[\w-]{20,}"$/)
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const answer = await get({ 'if-none-match': known })
        t.equal(answer.statusCode, 304, known)
        t.equal(answer.body, '')
        t.equal(answer.headers.etag, etag)
        for (const name of ['content-length', 'content-type']) t.equal(answer.headers[name], undefined, name)
      }
      t.equal((await get({ 'if-none-match': '"other"' })).statusCode, 200)
      await send(app, 'PATCH', url, { name: 'Zora' })
      const fresh = await get({ 'if-none-match': etag })
      t.equal(fresh.statusCode, 200)
      t.not(fresh.headers.etag, etag)
      await send(app, 'PATCH', url, { name: 'Zoë' })
      t.equal((await get({ 'if-none-match': etag })).statusCode, 304, 'it is what it was again')
    })

    t.test('HEAD has the headers of GET, and no body', async (t) => {
      const head = await app.inject({ method: 'HEAD', url })
      t.equal(head.statusCode, 200)
      t.equal(head.body, '')
      for (const name of ['content-type', 'content-length', 'etag'])
        t.equal(head.headers[name], made.headers[name], name)
      const headers = { 'if-none-match': String(head.headers.etag) }
      const known = await app.inject({ method: 'HEAD', url, headers })
      t.equal(known.statusCode, 304)
      t.equal(known.headers['content-length'], undefined, 'it would not be that of the page')
    })

    t.test('a page has one name, in whatever order and with whatever else it is asked for', async (t) => {
      const hit = (path: string) => app.inject(path).then(({ headers }) => headers['cache-status'])
      await hit('/books?limit=3&sort=title')
      t.equal(await hit('/books?sort=title&limit=3&&'), 'hotshelf; hit')
      const redis = app.redis
      if (!redis) throw new Error('there is a Redis')
      const pages = async () => (await redis.keys(`${namespace}:d:*`)).length
      const before = await pages()
      for (let more = 0; more < 5; more++) await hit(`/books?limit=3${'&'.repeat(more)}&sort=title`)
      t.equal(await pages(), before)
    })

    t.test('what is refused or missing is not kept', async (t) => {
      for (const path of ['/authors/2000000000', '/authors?limit=0']) {
        const answers = [await app.inject(path), await app.inject(path), await app.inject(path)]
        t.equal(new Set(answers.map(({ statusCode }) => statusCode)).size, 1)
        t.notOk(answers.some(({ headers }) => headers.etag))
      }
      const { body } = await send(app, 'POST', '/authors', { name: 'New' })
      t.match(await send(app, 'GET', `/authors/${body.id}`), { status: 200, body: { name: 'New' } })
    })
  })

t.test('a page is never of a later date than its answer, whatever clock it was made by', async (t) => {
  const redis = connectRedis(t)
  await redis.connect()
  const namespace = createNamespace()
  const app = await createApp(t, { CACHE_NAMESPACE: namespace })
  const get = () => send(app, 'GET', '/books')
  for (let times = 0; times < 3; times++) await get()
  const [key = ''] = await redis.keys(`${namespace}:d:*`)
  const text = await redis.get(key)
  await redis.set(key, String(text).replace(/\n\d{13}\n/, `\n${Date.now() + 1e7}\n`))
  const { cache, headers } = await get()
  t.equal(cache, 'hotshelf; hit')
  t.ok(Date.parse(String(headers['last-modified'])) <= Date.now())
})
