import t, { type Test } from 'tap'
import { type CacheOptions, memoryStore, redisStore, type Store } from '../../src/cache/index.ts'
import { createClients } from '../support/client.ts'
import { gate } from '../support/gate.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

/** A store that counts: the lookups, and the keys in them. */
function counted(store: Store) {
  const counts = { gets: 0, keys: 0, sets: 0 }
  const counting: Store = {
    ...store,
    get(keys) {
      counts.gets++
      counts.keys += keys.length
      return store.get(keys)
    },
    set(...args) {
      counts.sets++
      return store.set(...args)
    },
  }
  return { store: counting, counts }
}

const open = (text: string) => ({ text })

async function createPage(t: Test, options: Partial<CacheOptions> = {}) {
  const clients = await createClients(t, options)
  const { id } = await clients.plain.author.create({ data: { name: 'before' } })
  const pageOf = (client = clients.cached) => {
    const texts = client.$cache.derived('test', open)
    let made = 0
    /** The text, made if it has to be, as a plugin would. */
    async function ask(
      name = 'page',
      make: () => Promise<unknown> = () => client.author.findUnique({ where: { id } }),
    ) {
      const found = await texts.find(name)
      if (found) return found.text
      return texts.watch(async () => {
        made++
        const text = JSON.stringify(await make())
        await texts.keep(name, text)
        return text
      })
    }
    return { texts, ask, made: () => made }
  }
  return {
    ...clients,
    id,
    pageOf,
    rename: (name: string, client = clients.cached) =>
      client.author.update({ where: { id }, data: { name } }),
  }
}

t.test(
  'a text is kept once it has been asked for twice, and dropped with what it was made from',
  async (t) => {
    const { pageOf, rename } = await createPage(t)
    const { ask, made } = pageOf()
    for (const times of [1, 2, 2, 2]) {
      t.match(await ask(), 'before')
      t.equal(made(), times)
    }
    await rename('after')
    t.match(await ask(), 'after')
    t.equal(made(), 3)
    t.match(await ask(), 'after')
    t.equal(made(), 3, 'one that is known is kept at once')
  },
)

t.test('another process finds it, and sees the writes of all', async (t) => {
  const redis = connectRedis(t)
  await redis.connect()
  const options = { store: redisStore(redis), namespace: createNamespace() }
  const { pageOf, connect, rename } = await createPage(t, options)
  const here = pageOf()
  for (let times = 0; times < 2; times++) await here.ask()
  const other = connect().cached
  const there = pageOf(other)
  t.match(await there.ask(), 'before')
  t.equal(there.made(), 0)
  await rename('after')
  t.match(await there.ask(), 'after')
  await rename('last', other)
  t.match(await here.ask(), 'last')
})

t.test('a text that a write overtook while it was made is dead', async (t) => {
  const { cached, id, pageOf, rename } = await createPage(t)
  const { ask } = pageOf()
  for (let times = 0; times < 2; times++) await ask()
  await rename('between')
  const [read, isRead] = gate()
  const [going, go] = gate()
  const late = ask('page', async () => {
    const author = await cached.author.findUnique({ where: { id } })
    isRead()
    await going
    return author
  })
  await read
  await rename('after')
  go()
  t.match(await late, 'between')
  t.match(await ask(), 'after')
})

t.test('what is not worked out from cached reads alone is not kept', async (t) => {
  const { cached, id, pageOf } = await createPage(t, { models: { Review: false } })
  const read = () => cached.author.findUnique({ where: { id } })
  const makers = {
    'a raw query': async () => [await read(), await cached.$queryRaw`SELECT 1 AS one`],
    'a read that is not cached': async () => [await read(), await cached.review.findMany()],
    'a read in a transaction': () => cached.$transaction(async (tx) => [await tx.author.findMany()]),
    'a write': () => cached.author.update({ where: { id }, data: { name: 'before' } }),
    'a read that failed': async () => [
      await read(),
      await cached.author.findUniqueOrThrow({ where: { id: -1 } }).catch(() => 'none'),
    ],
    'another text': async () => [await read(), await cached.$cache.derived('other', open).find('page')],
    'a read that nobody waits for': async () => {
      cached.author.findMany().then(() => {})
      return read()
    },
    'nothing at all': async () => 'nothing',
  }
  for (const [name, make] of Object.entries(makers)) {
    const { ask, made } = pageOf()
    for (let times = 1; times < 4; times++) {
      await ask(name, make)
      t.equal(made(), times, name)
    }
  }
})

t.test('texts of other makers, and of other tenants, are others', async (t) => {
  let tenant = 'a'
  const { cached, pageOf } = await createPage(t, { scope: () => tenant })
  const { ask, made } = pageOf()
  for (let times = 0; times < 3; times++) await ask()
  t.equal(made(), 2)
  t.same(await cached.$cache.derived('other', open).find('page'), undefined)
  tenant = 'b'
  await ask()
  t.equal(made(), 3)
})

t.test('an entry that was cut short, or written by something else, is made again', async (t) => {
  const memory = memoryStore()
  const keys = new Set<string>()
  const store: Store = {
    ...memory,
    set(key, ...args) {
      keys.add(key)
      return memory.set(key, ...args)
    },
  }
  const { pageOf, connect } = await createPage(t, { store })
  const first = pageOf()
  for (let times = 0; times < 2; times++) await first.ask()
  const page = [...keys].find((key) => key.includes(':d:')) ?? ''
  const [whole] = await memory.get([page])
  for (const torn of ['', 'x', 'x\n', 'x\n["y"]', 'x\n[1, 2]\ny', 'x\n{}\ny', whole?.slice(0, 30) ?? '']) {
    await memory.set(page, torn, 60)
    const { ask, made } = pageOf(connect().cached)
    t.match(await ask(), 'before')
    t.equal(made(), 1, torn)
  }
})

t.test('the near level asks the store for versions alone', async (t) => {
  const { store, counts } = counted(memoryStore())
  const { cached, id, pageOf, rename } = await createPage(t, { store, near: 1 })
  const read = () => cached.author.findUnique({ where: { id } })
  const { ask } = pageOf()
  for (let times = 0; times < 3; times++) await ask()
  const plan = cached.$cache.explain('Author', 'findUnique', { where: { id } })
  for (const work of [read, ask]) {
    const before = { ...counts }
    await work()
    t.equal(counts.gets - before.gets, 1)
    t.equal(counts.keys - before.keys, plan.cacheable && plan.tags.length)
  }
  await rename('after')
  t.match(await read(), { name: 'after' })
  t.match(await ask(), 'after')
  const one = await read()
  if (one) one.name = 'mine'
  t.match(await read(), { name: 'after' }, 'and each caller owns its result')
})

t.test('lookups of one turn are one command, in which no key comes twice', async (t) => {
  const { store, counts } = counted(memoryStore())
  const { cached, id } = await createPage(t, { store })
  const read = (client = cached) => client.author.findUnique({ where: { id } })
  await read()
  const before = { ...counts }
  await Promise.all(Array.from({ length: 50 }, () => read()))
  t.equal(counts.gets - before.gets, 1)
  await read()
  t.equal(counts.keys - before.keys, 2 * (1 + 2), 'an entry and two versions, each time')
})
