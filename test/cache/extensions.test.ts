import { PrismaPg } from '@prisma/adapter-pg'
import t from 'tap'
import { cache, memoryStore } from '../../src/cache/index.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { Prisma, PrismaClient } from '../../src/generated/prisma/client.ts'
import { observe } from '../support/client.ts'
import { createDatabase } from '../support/database.ts'

const plain = new PrismaClient({ adapter: new PrismaPg(await createDatabase(t)) })
t.teardown(() => plain.$disconnect())
const hotshelf = cache({ schema, store: memoryStore() })
const cached = plain.$extends(hotshelf)
await plain.book.createMany({ data: [{ title: 'First' }, { title: 'Second' }] })

const withoutFirst = Prisma.defineExtension({
  query: {
    book: {
      findMany: ({ args, query }) =>
        query({ ...args, where: { AND: [args.where ?? {}, { NOT: { id: 1 } }] } }),
    },
  },
})
const loud = Prisma.defineExtension({
  query: {
    book: {
      async findMany({ args, query }) {
        const books = await query(args)
        for (const book of books) if (book.title) book.title = book.title.toUpperCase()
        return books
      },
    },
  },
})
const quoting = Prisma.defineExtension({
  result: { book: { quoted: { needs: { title: true }, compute: ({ title }) => `“${title}”` } } },
})

/** Prisma's results with computed fields are proxies; a client of ours sends them as JSON. */
const QUOTED = '{"quoted":"“First”"}'

type Titled = { book: { findMany(args: object): Promise<{ title: string }[]> } }
const titles = async (client: Titled) =>
  (await client.book.findMany({ orderBy: { id: 'asc' } })).map(({ title }) => title)

t.test(
  'extensions that rewrite arguments or results share a store, and each gets its own answers',
  async (t) => {
    const clients: [Titled, string[]][] = [
      [cached, ['First', 'Second']],
      [cached.$extends(withoutFirst), ['Second']],
      [cached.$extends(loud), ['FIRST', 'SECOND']],
      [cached.$extends(withoutFirst).$extends(loud), ['SECOND']],
      [plain.$extends(withoutFirst).$extends(hotshelf), ['Second']],
      [plain.$extends(loud).$extends(hotshelf), ['FIRST', 'SECOND']],
      [plain.$extends(loud).$extends(hotshelf).$extends(withoutFirst), ['SECOND']],
    ]
    for (const [client, expected] of [...clients, ...clients.reverse()])
      t.same(await titles(client), expected)
    const { outcomes } = await observe(async () => {
      for (const [client] of clients) await titles(client)
    })
    t.same(new Set(outcomes), new Set(['hit']), 'and all of them from the store')
  },
)

t.test('an extension that asks twice at once gets each answer, and so does everybody else', async (t) => {
  const both = Prisma.defineExtension({
    query: {
      book: {
        async findMany({ query }) {
          // Asked at once: Prisma asks for what it was told last when it is asked later.
          const found = await Promise.all([1, 2].map((id) => query({ where: { id } }).then((rows) => rows)))
          return found.flat()
        },
      },
    },
  })
  await cached.$cache.drop()
  t.same(await titles(cached.$extends(both)), ['First', 'Second'])
  t.same(await cached.book.findMany({ where: { id: 1 } }), await plain.book.findMany({ where: { id: 1 } }))
})

t.test('an extension that changes what an aggregation counts has an entry of its own', async (t) => {
  const counting = Prisma.defineExtension({
    query: { book: { aggregate: ({ args, query }) => query({ ...args, _count: true }) as never } },
  })
  const _max = { id: true } as const
  const asked = () => cached.book.aggregate({ _max, _count: true })
  const changed = () => cached.$extends(counting).book.aggregate({ _max })
  for (const order of [
    [asked, changed],
    [changed, asked],
  ]) {
    await cached.$cache.drop()
    for (const read of order) await read()
    t.same(await asked(), await plain.book.aggregate({ _max, _count: true }))
    t.same(await changed(), await plain.$extends(counting).book.aggregate({ _max }))
  }
})

t.test('an extension that wraps each query in a transaction is not cached', async (t) => {
  const tenant = cached.$extends({
    query: {
      async $allOperations({ args, query }) {
        const [, result] = await plain.$transaction([plain.$executeRaw`SELECT 1`, query(args) as never])
        return result
      },
    },
  })
  await titles(tenant)
  const { result, outcomes } = await observe(() => titles(tenant))
  t.same(result, ['First', 'Second'])
  t.same(outcomes, ['bypass'])
})

t.test('computed fields work on a miss and on a hit, and their needs show nobody else', async (t) => {
  const where = { id: 1 }
  for (const computing of [cached.$extends(quoting), plain.$extends(quoting).$extends(hotshelf)]) {
    for (let round = 0; round < 2; round++) {
      t.equal((await computing.book.findUnique({ where }))?.quoted, '“First”')
      t.equal(JSON.stringify(await computing.book.findUnique({ where, select: { quoted: true } })), QUOTED)
      const hidden = await computing.book.findUnique({ where, omit: { title: true } })
      t.equal(hidden?.quoted, '“First”')
      t.notOk('title' in (hidden ?? {}))
      t.notOk('title' in ((await cached.book.findUnique({ where, omit: { title: true } })) ?? {}))
    }
    const { outcomes } = await observe(() => computing.book.findUnique({ where, select: { quoted: true } }))
    t.same(outcomes, ['hit'])
    const written = await computing.book.update({
      where,
      data: { language: 'eng' },
      select: { quoted: true },
    })
    t.equal(JSON.stringify(written), QUOTED)
  }
})

t.test('what a later extension writes through the client that it was given is dropped', async (t) => {
  const auditing = cached.$extends((client) =>
    client.$extends({
      client: {
        async rename(id: number, title: string) {
          await client.book.update({ where: { id }, data: { title } })
        },
      },
    }),
  )
  await titles(auditing)
  await auditing.rename(2, 'Renamed')
  t.same(await titles(auditing), ['First', 'Renamed'])
})

type Parent = { $parent: typeof cached }
/** The parent of a client, for which Prisma has no type outside of an extension. */
const parentOf = (client: object) => (client as Parent).$parent

t.test(
  'what is written through any parent of a client is dropped, in a transaction when it commits',
  async (t) => {
    const child = cached.$extends({ name: 'child' })
    const clients = { child, ofTheExtended: plain.$extends({ name: 'before' }).$extends(hotshelf), cached }
    for (const [name, client] of Object.entries(clients)) {
      const title = async () => (await cached.book.findUnique({ where: { id: 2 } }))?.title
      await title()
      await parentOf(client).book.update({ where: { id: 2 }, data: { title: name } })
      t.equal(await title(), name)
      const undone = client.$transaction(async (tx) => {
        await parentOf(tx).book.update({ where: { id: 2 }, data: { title: 'undone' } })
        t.equal(await title(), name, 'it is in the transaction')
        throw new Error('no')
      })
      await t.rejects(undone, { message: 'no' })
      t.equal((await plain.book.findUnique({ where: { id: 2 } }))?.title, name)
      await client.$transaction((tx) =>
        parentOf(tx).book.update({ where: { id: 2 }, data: { title: `${name}, committed` } }),
      )
      t.equal(await title(), `${name}, committed`)
    }
    t.equal(parentOf(child), cached)
  },
)

t.test('a method of a model that goes to the parent of its client writes once, and drops', async (t) => {
  let calls = 0
  const counting = Prisma.defineExtension({
    model: {
      book: {
        update(args: object): Promise<unknown> {
          calls++
          const context = Prisma.getExtensionContext(this)
          return (context.$parent as typeof plain).book.update(args as never)
        },
      },
    },
  })
  const clients = [cached.$extends(counting), plain.$extends(counting).$extends(hotshelf)]
  for (const client of clients) {
    await titles(cached)
    calls = 0
    await client.book.update({ where: { id: 2 }, data: { title: `by ${calls}` } })
    t.equal(calls, 1)
    t.same(await titles(cached), await titles(plain))
    await plain.book.update({ where: { id: 2 }, data: { title: 'again' } })
    await cached.$cache.drop()
  }
})

type Work = (tx: typeof cached) => Promise<unknown>

t.test('a $transaction that tries again, and is given more, drops what was committed', async (t) => {
  const retrying = Prisma.defineExtension({
    client: {
      async $transaction(work: Work, ...more: unknown[]) {
        t.same(more, ['as given', { also: true }])
        for (let attempt = 1; ; attempt++)
          try {
            return await parentOf(this).$transaction(work as never)
          } catch (error) {
            if (attempt === 3) throw error
          }
      },
    },
  })
  for (const client of [cached.$extends(retrying), plain.$extends(retrying).$extends(hotshelf)]) {
    await titles(cached)
    let attempts = 0
    const work: Work = async (tx) => {
      await tx.book.update({ where: { id: 2 }, data: { title: `attempt ${++attempts}` } })
      if (attempts < 3) throw new Error('again')
    }
    await client.$transaction(work, 'as given', { also: true })
    t.same(await titles(cached), ['First', 'attempt 3'])
    await cached.book.update({ where: { id: 2 }, data: { title: 'Second' } })
  }
})

t.test('a client has one cache', async (t) => {
  t.throws(() => cached.$extends(cache({ schema, store: memoryStore() })), {
    name: 'CacheOptionError',
    message: /has a cache already/,
  })
})

t.test('a $transaction from before the cache, whose client is without it, is refused', async (t) => {
  const around = plain.$extends((client) =>
    client.$extends({ client: { $transaction: (work: Work) => client.$transaction(work as never) } }),
  )
  const refused = around
    .$extends(hotshelf)
    .$transaction((tx) => tx.book.update({ where: { id: 2 }, data: { title: 'unseen' } }))
  await t.rejects(refused, { message: /apply that extension after cache\(\)/ })
  t.same(await titles(plain), ['First', 'Second'])
})

t.test('a transaction of a client that is extended further drops once it has committed', async (t) => {
  const further = cached.$extends(loud).$extends(quoting)
  await titles(further)
  const before = await titles(cached)
  await further.$transaction(async (tx) => {
    await tx.book.update({ where: { id: 2 }, data: { title: 'Committed' } })
    t.same(await titles(cached), before)
  })
  t.same(await titles(further), ['FIRST', 'COMMITTED'])
})
