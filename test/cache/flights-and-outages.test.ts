import { once } from 'node:events'
import { Cluster, Redis } from 'ioredis'
import t from 'tap'
import { cache, memoryStore, redisStore, type Store } from '../../src/cache/index.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { createClients, observe } from '../support/client.ts'
import { gate } from '../support/gate.ts'
import { connectRedis, startRedis } from '../support/redis.ts'

t.test('identical misses at once ask the database once, and each caller owns its result', async (t) => {
  const { url, plain, connect } = await createClients(t)
  const book = await plain.book.create({ data: { title: 'One', averageRating: '4.25' } })
  let asked = 0
  const adapter = new WatchedAdapter(url, (_, run) => {
    asked++
    return run()
  })
  const { cached } = connect({}, adapter)
  const books = await Promise.all(
    Array.from({ length: 20 }, () => cached.book.findUnique({ where: { id: book.id } })),
  )
  t.equal(asked, 1)
  for (const found of books) t.strictSame(found, book)
  t.equal(new Set(books).size, books.length)
})

t.test('a read that starts after a write does not join a call from before it', async (t) => {
  const { url, plain, connect } = await createClients(t)
  const author = await plain.author.create({ data: { name: 'old' } })
  const [held, release] = gate()
  const [atDatabase, reach] = gate()
  let first = true
  const adapter = new WatchedAdapter(url, async (_, run) => {
    const result = await run()
    if (first) {
      first = false
      reach()
      await held
    }
    return result
  })
  const { cached } = connect({}, adapter)
  const read = () => cached.author.findUnique({ where: { id: author.id } })
  // Prisma's promises do nothing until they are awaited.
  const before = read().then((found) => found)
  await atDatabase
  await cached.author.update({ where: { id: author.id }, data: { name: 'new' } })
  t.equal((await read())?.name, 'new')
  release()
  t.equal((await before)?.name, 'old')
  t.equal((await read())?.name, 'new', 'what was stored late is dead')
})

t.test('a version that is lost while the database is asked leaves a dead entry', async (t) => {
  const memory = memoryStore()
  const store: Store = {
    ...memory,
    async set(key, text, seconds) {
      await memory.set(key, text, seconds)
      if (!key.includes(':v:')) await memory.drop(versions)
    },
    async pin(keys, text, seconds) {
      versions.push(...keys)
      return memory.pin(keys, text, seconds)
    },
  }
  const versions: string[] = []
  const { cached } = await createClients(t, { store })
  await cached.author.findMany()
  t.same((await observe(() => cached.author.findMany())).outcomes, ['stored'])
})

t.test('a Redis that dies costs no request and no write; what it missed is made up for', async (t) => {
  const server = await startRedis(t)
  const redis = connectRedis(t, server.url)
  await redis.connect()
  const { cached } = await createClients(t, { store: redisStore(redis) })
  const author = await cached.author.create({ data: { name: 'up' } })
  const read = () => cached.author.findUnique({ where: { id: author.id } })
  await read()
  const closed = once(redis, 'close')
  server.process.kill('SIGSTOP')
  redis.disconnect(true)
  await closed
  t.equal((await read())?.name, 'up')
  await cached.author.update({ where: { id: author.id }, data: { name: 'down' } })
  t.ok(cached.$cache.stats().owed > 0)
  t.equal((await read())?.name, 'down')
  await t.rejects(cached.$cache.drop('Book'), /owed/)
  const back = once(redis, 'ready')
  server.process.kill('SIGCONT')
  await back
  t.equal((await read())?.name, 'down', 'the entry from before the outage is gone')
  t.equal(cached.$cache.stats().owed, 0)
  t.same((await observe(read)).outcomes, ['hit'])
})

t.test('entries that are torn, foreign or of another type are a miss, counted, and replaced', async (t) => {
  const store = memoryStore()
  const { cached } = await createClients(t, { store })
  const read = () => cached.author.findMany({ where: { id: 1 } })
  await read()
  await cached.author.create({ data: { name: 'new' } })
  await read()
  t.equal(cached.$cache.stats().unreadable, 0, 'one whose version was dropped is as it should be')
  const plan = cached.$cache.explain('Author', 'findMany', { where: { id: 1 } })
  if (!plan.cacheable) return t.fail('it is cacheable')
  const [entry] = await store.get([plan.key])
  for (const harm of [
    '',
    'x',
    entry?.slice(0, 20) ?? '',
    entry?.slice(0, -1) ?? '',
    `${entry?.split('\n')[0]}\n[{"id":"1"}]`,
  ]) {
    const { unreadable } = cached.$cache.stats()
    await store.set(plan.key, harm, 60)
    t.same((await observe(read)).outcomes, ['stored'])
    t.equal(cached.$cache.stats().unreadable, unreadable + 1, harm)
    t.same((await observe(read)).outcomes, ['hit'])
  }
})

t.test('models can be left uncached, a scope tells tenants apart, and bypass still drops', async (t) => {
  let tenant = 'a'
  const { cached, connect } = await createClients(t, { models: { Review: false }, scope: () => tenant })
  t.same((await observe(() => cached.review.count())).outcomes, ['bypass'])
  t.same((await observe(() => cached.book.findMany({ include: { reviews: true } }))).outcomes, ['bypass'])
  await cached.book.count()
  t.same((await observe(() => cached.book.count())).outcomes, ['hit'])
  tenant = 'b'
  t.same((await observe(() => cached.book.count())).outcomes, ['stored'])
  const bypassing = connect({ bypass: true }).cached
  t.same((await observe(() => bypassing.book.count())).outcomes, ['bypass'])
  await bypassing.book.create({ data: { title: 'x' } })
  t.equal(await cached.book.count(), 1)
})

t.test('a result over the size limit is served, not stored, and counted', async (t) => {
  const { cached, plain } = await createClients(t, { maxBytes: 1000 })
  await plain.author.create({ data: { name: 'é'.repeat(400) } })
  const read = () => cached.author.findMany()
  t.same((await observe(read)).outcomes, ['stored'])
  t.same((await observe(read)).outcomes, ['hit'])
  await cached.author.create({ data: { name: 'é'.repeat(100) } })
  for (let round = 0; round < 2; round++) {
    const { result, outcomes } = await observe(read)
    t.same(result, await plain.author.findMany())
    t.same(outcomes, ['miss'])
  }
  t.equal(cached.$cache.stats().tooLarge, 2)
})

t.test('a write that changes only volatile columns drops nothing, and any other drops as ever', async (t) => {
  const models = { Book: { volatile: ['ratingsCount', 'averageRating'] } }
  const { cached } = await createClients(t, { models })
  const { id } = await cached.book.create({ data: { title: 'x', authors: { create: { name: 'a' } } } })
  const read = () => cached.book.findUnique({ where: { id } })
  await read()
  const more = { ratingsCount: { increment: 1 } }
  const quiet = await observe(async () => {
    await cached.book.update({ where: { id }, data: more })
    await cached.book.updateMany({ data: { ...more, averageRating: 4 } })
    await cached.author.update({
      where: { id: 1 },
      data: { books: { update: { where: { id }, data: more }, updateMany: { where: {}, data: more } } },
    })
    await cached.$transaction([cached.book.update({ where: { id }, data: more })])
    return read()
  })
  t.equal(quiet.result?.ratingsCount, 0)
  t.same(quiet.outcomes, ['hit'])
  for (const write of [
    () => cached.book.update({ where: { id }, data: { ...more, title: 'y' } }),
    () => cached.book.update({ where: { id }, data: { ...more, reviews: { deleteMany: {} } } }),
    () => cached.book.upsert({ where: { id }, create: { title: 'z' }, update: more }),
    () => cached.book.update({ where: { id }, data: {} }),
  ]) {
    await read()
    await write()
    t.same((await observe(read)).outcomes, ['stored'], write.toString())
  }
})

t.test('the schema of another client is refused when the client is built', async (t) => {
  const { plain } = await createClients(t)
  const { Review, ...models } = schema.models
  const { reviews, ...fields } = schema.models.Book?.fields ?? {}
  const extend = (changed: object) => () =>
    plain.$extends(
      cache({ schema: { ...schema, models: { ...schema.models, ...changed } }, store: memoryStore() }),
    )
  t.doesNotThrow(extend({}))
  t.throws(
    () => plain.$extends(cache({ schema: { ...schema, models }, store: memoryStore() })),
    /not that of this client: it has no model Review; run `prisma generate`/,
  )
  t.throws(extend({ Book: { ...schema.models.Book, fields } }), /Book.reviews is unknown to it/)
  t.throws(
    extend({ Book: { ...schema.models.Book, fields: { ...fields, reviews: { type: 'String' } } } }),
    /Book.reviews is String to it, and Review to the client/,
  )
  t.ok(Review && reviews)
})

t.test('options that cannot be are refused, in one line that says what would be right', async (t) => {
  const good = { schema, store: memoryStore() }
  t.throws(() => cache({ ...good, ttl: 0 }), /ttl must be a whole number/)
  t.throws(() => cache({ ...good, namespace: 'a b' }), /namespace must be/)
  t.throws(() => cache({ ...good, models: { Nope: false } }), /no model Nope, only Author, Book, Review/)
  t.throws(() => cache({ ...good, ...{ nope: 1 } }), /no option nope/)
  t.throws(() => cache({ ...good, maxBytes: 1.5 }), /maxBytes must be a whole number of bytes/)
  for (const wrong of [undefined, null, [], 'x'])
    t.throws(() => cache(wrong as never), /options must be an object/)
  t.throws(() => cache({ ...good, models: null as never }), /models must be an object/)
  t.throws(() => cache({ ...good, models: [] as never }), /models must be an object/)
  t.throws(() => cache({ ...good, store: { get: async () => [] } as never }), /store must be/)
  t.throws(() => cache({ ...good, ttl: 2 ** 53 }), /ttl must be a whole number/)
  t.throws(() => redisStore(undefined as never), /needs a connection of ioredis/)
  const behind = new Cluster(['redis://localhost'], { scaleReads: 'all', lazyConnect: true })
  t.throws(() => redisStore(behind), /scaleReads must be master/)
  const late = new Redis({ enableAutoPipelining: true, lazyConnect: true })
  t.throws(() => redisStore(late), /enableAutoPipelining must be off/)
  const ofAnotherLibrary = { unlink() {}, on() {} }
  t.throws(() => redisStore(ofAnotherLibrary as never), /needs a connection of ioredis/)
  t.throws(() => memoryStore({ megabytes: '5' as never }), /megabytes must be a number/)
  const ofBook = (Book: object) => () => cache({ ...good, models: { Book } })
  t.throws(ofBook({ volatile: ['pages'] }), /models.Book.volatile: there is no column pages/)
  t.throws(ofBook({ volatile: ['authors'] }), /there is no column authors/)
  t.throws(ofBook({ volatile: ['isbn'] }), /isbn is part of a key/)
  t.throws(ofBook({ volatile: 'title' }), /volatile must be a list/)
  t.throws(ofBook({ tll: 5 }), /models.Book: there is no option tll/)
})

t.test(
  'a search is kept for a minute, and the versions that it shares with others as long as theirs',
  async (t) => {
    const lives = new Map<string, number>()
    const store = memoryStore()
    const { cached } = await createClients(t, {
      models: { Review: { ttl: 7200 } },
      store: {
        ...store,
        pin(keys, text, seconds) {
          lives.set('version', seconds)
          return store.pin(keys, text, seconds)
        },
        set(key, text, seconds) {
          lives.set('entry', seconds)
          return store.set(key, text, seconds)
        },
      },
    })
    await cached.author.findMany({ where: { OR: [{ name: { contains: 'x' } }] } })
    t.same(
      [...lives],
      [
        ['version', 14_400],
        ['entry', 60],
      ],
    )
    await cached.author.findMany()
    t.equal(lives.get('entry'), 3600)
  },
)
