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
  const child = cached.$extends({ name: 'child' })
  const { $parent } = child as unknown as { $parent: typeof cached }
  await $parent.book.update({ where: { id: 2 }, data: { title: 'By the parent' } })
  t.same(await titles(auditing), ['First', 'By the parent'])
})

t.test('a transaction of a client that is extended further drops once it has committed', async (t) => {
  const further = cached.$extends(loud).$extends(quoting)
  await titles(further)
  await further.$transaction(async (tx) => {
    await tx.book.update({ where: { id: 2 }, data: { title: 'Committed' } })
    t.same(await titles(cached), ['First', 'By the parent'])
  })
  t.same(await titles(further), ['FIRST', 'COMMITTED'])
})
