import { once } from 'node:events'
import t from 'tap'
import { cache, memoryStore, redisStore, type Store } from '../../src/cache/index.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { createClients, observe } from '../support/client.ts'
import { connectRedis, startRedis } from '../support/redis.ts'

t.test('identical misses at once ask the database once, and each caller owns its result', async (t) => {
  const { cached, plain } = await createClients(t)
  const book = await plain.book.create({ data: { title: 'One', averageRating: '4.25' } })
  let asked = 0
  const counting = cached.$extends({
    query: {
      book: {
        findUnique: ({ args, query }) => {
          asked++
          return query(args)
        },
      },
    },
  })
  const books = await Promise.all(
    Array.from({ length: 20 }, () => counting.book.findUnique({ where: { id: book.id } })),
  )
  t.equal(asked, 1)
  for (const found of books) t.strictSame(found, book)
  t.equal(new Set(books).size, books.length)
})

t.test('a read that starts after a write does not join a call from before it', async (t) => {
  const { cached, plain } = await createClients(t)
  const author = await plain.author.create({ data: { name: 'old' } })
  let release = () => {}
  let reached = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const atDatabase = new Promise<void>((resolve) => {
    reached = resolve
  })
  let first = true
  const slow = cached.$extends({
    query: {
      author: {
        async findUnique({ args, query }) {
          const result = await query(args)
          if (first) {
            first = false
            reached()
            await held
          }
          return result
        },
      },
    },
  })
  const read = () => slow.author.findUnique({ where: { id: author.id } })
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

t.test('entries that are torn, foreign or of another type are a miss, and replaced', async (t) => {
  const store = memoryStore()
  const { cached } = await createClients(t, { store })
  const read = () => cached.author.findMany({ where: { id: 1 } })
  await read()
  const plan = cached.$cache.explain('Author', 'findMany', { where: { id: 1 } })
  if (!plan.cacheable) return t.fail('it is cacheable')
  const [entry] = await store.get([plan.key])
  for (const harm of ['', 'x', entry?.slice(0, -1) ?? '', `${entry?.split('\n')[0]}\n[{"id":"1"}]`]) {
    await store.set(plan.key, harm, 60)
    t.same((await observe(read)).outcomes, ['stored'])
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

t.test('options that cannot be are refused, in one line that says what would be right', async (t) => {
  const good = { schema, store: memoryStore() }
  t.throws(() => cache({ ...good, ttl: 0 }), /ttl must be a whole number/)
  t.throws(() => cache({ ...good, namespace: 'a b' }), /namespace must be/)
  t.throws(() => cache({ ...good, models: { Nope: false } }), /no model Nope, only Author, Book, Review/)
  t.throws(() => cache({ ...good, ...{ nope: 1 } }), /no option nope/)
})
