import t from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { createClients, observe } from '../support/client.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

const redis = connectRedis(t)
await redis.connect()
const { cached, plain, connect } = await createClients(t, {
  store: redisStore(redis),
  namespace: createNamespace(),
})
const other = connect().cached

const outcome = async (read: () => Promise<unknown>) => (await observe(read)).outcomes[0]

t.test('a read is stored, then a hit, then fresh after a write', async (t) => {
  const author = await cached.author.create({ data: { name: 'Ada' } })
  const read = () => cached.author.findUnique({ where: { id: author.id } })
  t.equal(await outcome(read), 'stored')
  t.equal(await outcome(read), 'hit')
  await cached.author.update({ where: { id: author.id }, data: { name: 'Ida' } })
  const after = await observe(read)
  t.equal(after.result?.name, 'Ida')
  t.same(after.outcomes, ['stored'])
})

t.test('another client sees a write at once and shares the entries', async (t) => {
  const author = await cached.author.create({ data: { name: 'Shared' } })
  await cached.author.findUnique({ where: { id: author.id } })
  t.equal(await outcome(() => other.author.findUnique({ where: { id: author.id } })), 'hit')
  await other.author.update({ where: { id: author.id }, data: { name: 'Changed' } })
  t.equal((await cached.author.findUnique({ where: { id: author.id } }))?.name, 'Changed')
})

t.test('a write to one row keeps the entries of other rows', async (t) => {
  const [a, b] = await Promise.all(['A', 'B'].map((title) => cached.book.create({ data: { title } })))
  if (!a || !b) throw new Error('two books')
  const readA = () =>
    cached.book.findUnique({ where: { id: a.id }, include: { authors: true, reviews: true } })
  await readA()
  await cached.book.update({ where: { id: b.id }, data: { title: 'B2', isbn: null } })
  await cached.review.create({ data: { bookId: b.id, rating: 5, reviewer: 'r' } })
  t.equal(await outcome(readA), 'hit')
  await cached.review.create({ data: { bookId: a.id, rating: 5, reviewer: 'r' } })
  t.equal((await readA())?.reviews.length, 1)
})

t.test('a new row at the far end of a join table keeps the entries that it is not linked to', async (t) => {
  const author = await cached.author.create({ data: { name: 'Linked' } })
  const book = await cached.book.create({ data: { title: 'L', authors: { connect: { id: author.id } } } })
  const read = () =>
    cached.book.findUnique({ where: { id: book.id }, include: { authors: { orderBy: { id: 'asc' } } } })
  await read()
  await cached.author.create({ data: { name: 'Alone' } })
  await cached.author.createMany({ data: [{ name: 'Alone' }, { name: 'too' }] })
  t.equal(await outcome(read), 'hit')
  await cached.author.create({ data: { name: 'Second', books: { connect: { id: book.id } } } })
  t.equal((await read())?.authors.length, 2)
  await cached.author.update({ where: { id: author.id }, data: { name: 'Renamed' } })
  t.equal((await read())?.authors[0]?.name, 'Renamed')
  await cached.author.delete({ where: { id: author.id } })
  t.equal((await read())?.authors.length, 1)
})

t.test(
  'a child list is fresh after a nested create, after the parent’s cascade and after a move',
  async (t) => {
    const book = await cached.book.create({ data: { title: 'Parent' } })
    const second = await cached.book.create({ data: { title: 'Second' } })
    const list = (bookId: number) => cached.review.findMany({ where: { bookId } })
    await list(book.id)
    await cached.book.update({
      where: { id: book.id },
      data: { reviews: { create: [{ rating: 4, reviewer: 'nested' }] } },
    })
    const [review] = await list(book.id)
    t.equal(review?.reviewer, 'nested')
    await list(second.id)
    await cached.review.update({ where: { id: review?.id ?? 0 }, data: { bookId: second.id } })
    t.equal((await list(book.id)).length, 0)
    t.equal((await list(second.id)).length, 1)
    await cached.book.delete({ where: { id: second.id } })
    t.same(await list(second.id), [])
  },
)

t.test('counts, aggregates, relation filters and included authors follow their writes', async (t) => {
  const author = await cached.author.create({ data: { name: 'Zoe' } })
  const book = await cached.book.create({
    data: { title: 'Zebra', averageRating: '4.5', authors: { connect: { id: author.id } } },
  })
  const readsOf = (client: typeof plain) => [
    () => client.review.aggregate({ where: { bookId: book.id }, _count: true, _avg: { rating: true } }),
    () => client.book.count({ where: { authors: { some: { name: { startsWith: 'Zo' } } } } }),
    () =>
      client.book.findMany({ where: { authors: { some: { id: author.id } } }, include: { _count: true } }),
    () => client.author.findUnique({ where: { id: author.id } }).books(),
    () => client.review.groupBy({ by: ['rating'], _count: { _all: true }, orderBy: { rating: 'asc' } }),
  ]
  // The extended client has the same methods, under a type of its own.
  const reads = readsOf(cached as unknown as typeof plain)
  const uncached = readsOf(plain)
  const writes = [
    () => cached.review.create({ data: { bookId: book.id, rating: 3, reviewer: 'x' } }),
    () => cached.author.update({ where: { id: author.id }, data: { name: 'Other' } }),
    () => cached.book.update({ where: { id: book.id }, data: { title: 'Changed' } }),
    () => cached.book.update({ where: { id: book.id }, data: { authors: { set: [] } } }),
    () => cached.$executeRaw`UPDATE "Book" SET "title" = 'raw' WHERE "id" = ${book.id}`,
    () =>
      cached.$queryRaw`INSERT INTO "Review" ("bookId","rating","reviewer") VALUES (${book.id}, 1, 'raw') RETURNING id`,
    () => cached.review.updateMany({ where: { bookId: book.id }, data: { rating: 2 } }),
    () =>
      cached.author.upsert({
        where: { id: author.id },
        create: { name: 'n' },
        update: { books: { connect: { id: book.id } } },
      }),
    () => cached.review.deleteMany({}),
    () => cached.author.delete({ where: { id: author.id } }),
  ]
  for (const [step, write] of writes.entries()) {
    for (const read of reads) await read()
    await write()
    for (const [index, read] of reads.entries()) {
      t.strictSame(await read(), await uncached[index]?.(), `read ${index} after write ${step}, filled`)
      t.strictSame(await read(), await uncached[index]?.(), `read ${index} after write ${step}, hit`)
    }
  }
})

t.test('a rolled-back transaction leaves nothing behind and drops nothing', async (t) => {
  const author = await cached.author.create({ data: { name: 'Stays' } })
  const read = () => cached.author.findUnique({ where: { id: author.id } })
  await read()
  await t.rejects(
    cached.$transaction(async (tx) => {
      await tx.author.update({ where: { id: author.id }, data: { name: 'Never' } })
      t.equal(
        (await tx.author.findUnique({ where: { id: author.id } }))?.name,
        'Never',
        'it reads its own write',
      )
      throw new Error('no')
    }),
    { message: 'no' },
  )
  t.equal(await outcome(read), 'hit')
  t.equal((await read())?.name, 'Stays')
})

t.test('an interactive transaction drops once it has committed, before its caller hears of it', async (t) => {
  const author = await cached.author.create({ data: { name: 'Before' } })
  const read = () => cached.author.findUnique({ where: { id: author.id } })
  await read()
  await cached.$transaction(async (tx) => {
    await tx.author.update({ where: { id: author.id }, data: { name: 'After' } })
    t.equal((await read())?.name, 'Before', 'others do not see what is not committed')
    await tx.$transaction(async (inner) => {
      await inner.author.update({ where: { id: author.id }, data: { name: 'Nested' } })
    })
  })
  t.equal((await read())?.name, 'Nested')
})

t.test('a batch of a cached read and a write settles, and what it wrote is seen', async (t) => {
  const author = await cached.author.create({ data: { name: 'Batch' } })
  const read = () => cached.author.findUnique({ where: { id: author.id } })
  await read()
  const [found, written] = await cached.$transaction([
    cached.author.findUnique({ where: { id: author.id } }),
    cached.author.update({ where: { id: author.id }, data: { name: 'Batched' } }),
  ])
  t.equal(found?.name, 'Batch')
  t.equal(written.name, 'Batched')
  t.equal((await read())?.name, 'Batched')
})

t.test(
  'a write whose select hides the key columns still drops its row, and returns what was asked',
  async (t) => {
    const book = await cached.book.create({ data: { title: 'Hidden' } })
    const read = () => cached.book.findUnique({ where: { id: book.id } })
    await read()
    const { result, tags } = await observe(() =>
      cached.book.update({ where: { id: book.id }, data: { title: 'Shown' }, select: { title: true } }),
    )
    t.same(Object.keys(result), ['title'])
    t.same(
      tags.filter((tag) => tag.includes('*')),
      [],
      'nothing is swept',
    )
    t.equal((await read())?.title, 'Shown')
  },
)

t.test('errors are not stored, null and empty results are', async (t) => {
  await t.rejects(cached.book.findUniqueOrThrow({ where: { id: 0 } }), { code: 'P2025' })
  await t.rejects(cached.book.findUniqueOrThrow({ where: { id: 0 } }), { code: 'P2025' })
  t.equal(await cached.book.findUnique({ where: { id: 0 } }), null)
  t.equal(await outcome(() => cached.book.findUnique({ where: { id: 0 } })), 'hit')
})
