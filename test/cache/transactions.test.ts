import { subscribe } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { makeTypedQueryFactory } from '@prisma/client/runtime/client'
import t from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { observe } from '../support/client.ts'
import { connectGarden, createGardenDatabase, Prisma } from '../support/garden.ts'

const url = await createGardenDatabase(t)
const options = { store: memoryStore() }
const { plain, cached } = connectGarden(t, url, { options })
await plain.kind.createMany({ data: [1, 2, 3].map((id) => ({ id, code: `code ${id}` })) })
const diagnostics = new EventEmitter()
subscribe('hotshelf:write', (event) => diagnostics.emit('drop', event))
const kind = (id: number, client = cached) => client.kind.findUnique({ where: { id } })
const codeOf = async (id: number) => (await kind(id))?.code
const rename = (id: number, code: string) => ({ where: { id }, data: { code } })

t.test('a transaction that runs out of time is rolled back, and nothing of it is seen', async (t) => {
  await kind(1)
  const late = cached.$transaction(
    async (tx) => {
      await tx.kind.update(rename(1, 'late'))
      await tx.$executeRaw`SELECT pg_sleep(0.3)`
      await tx.kind.update(rename(2, 'later'))
    },
    { timeout: 100 },
  )
  await t.rejects(late, { code: 'P2028' })
  t.same(await kind(1), await kind(1, plain as never))
  t.equal(await codeOf(1), 'code 1')
  t.equal(await codeOf(2), 'code 2')
})

t.test('serializable transactions that conflict are tried again, and what they count adds up', async (t) => {
  await plain.labelling.deleteMany()
  await plain.bed.create({ data: { row: 1, col: 1, soil: '0' } })
  const where = { row_col: { row: 1, col: 1 } }
  const soil = async () => (await cached.bed.findUnique({ where }))?.soil
  const isolationLevel = Prisma.TransactionIsolationLevel.Serializable
  const increment = async (): Promise<void> => {
    for (;;)
      try {
        return await cached.$transaction(
          async (tx) => {
            const bed = await tx.bed.findUniqueOrThrow({ where })
            await tx.bed.update({ where, data: { soil: String(Number(bed.soil) + 1) } })
          },
          { isolationLevel },
        )
      } catch (error) {
        if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2034') throw error
      }
  }
  t.equal(await soil(), '0')
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      await increment()
      await soil()
    }),
  )
  t.equal(await soil(), '8')
})

t.test('a read within a transaction asks the database, whatever is cached', async (t) => {
  await kind(3)
  // A write that the cache does not see, so that what it holds differs from the database.
  await plain.kind.update(rename(3, 'unseen'))
  t.equal(await codeOf(3), 'code 3')
  const { result, outcomes } = await observe(() =>
    cached.$transaction(async (tx) => {
      const found = await tx.kind.findUniqueOrThrow({ where: { id: 3 } })
      return tx.kind.update(rename(3, `${found.code} and seen`))
    }),
  )
  t.equal(result.code, 'unseen and seen')
  t.same(outcomes, ['bypass'])
  t.equal(await codeOf(3), 'unseen and seen')
})

t.test('a transaction within one may be rolled back alone, and the rest is seen', async (t) => {
  await Promise.all([kind(1), kind(2)])
  await cached.$transaction(async (tx) => {
    await tx.kind.update(rename(1, 'outer'))
    await tx
      .$transaction(async (inner) => {
        await inner.kind.update(rename(2, 'inner'))
        throw new Error('inner')
      })
      .catch(() => {})
  })
  t.equal(await codeOf(1), 'outer')
  t.equal(await codeOf(2), 'code 2')
})

t.test('a batch is all or nothing, whatever it is made of', async (t) => {
  const all = () => cached.kind.findMany({ orderBy: { id: 'asc' } })
  const before = await all()
  await t.rejects(
    cached.$transaction([
      cached.kind.update(rename(1, 'batch')),
      cached.$executeRaw`UPDATE "Kind" SET "the_code" = 'raw' WHERE "id" = 2`,
      cached.kind.findMany(),
      cached.kind.create({ data: { id: 1, code: 'a second 1' } }),
    ]),
    { code: 'P2002' },
  )
  t.same(await all(), before)
  const { outcomes } = await observe(() =>
    cached.$transaction([
      cached.kind.findMany(),
      cached.kind.update(rename(1, 'batch')),
      cached.$queryRaw`UPDATE "Kind" SET "the_code" = 'raw' WHERE "id" = 2 RETURNING "id"`,
      cached.kind.count(),
    ]),
  )
  t.same(outcomes, ['bypass', 'bypass'])
  t.same(await all(), await plain.kind.findMany({ orderBy: { id: 'asc' } }))
  t.same(
    (await all()).map(({ code }) => code),
    ['batch', 'raw', 'unseen and seen'],
  )
})

t.test('a batch of which one part is not valid writes nothing', async (t) => {
  await plain.person.create({ data: { id: 1, name: 'first' } })
  const batch = (client: typeof plain) => [
    client.person.update({ where: { id: 1 }, data: { name: 'half' }, select: { name: true } }),
    client.person.findMany({ where: { nothing: 1 } as object }),
  ]
  for (const [client, parts] of [
    [plain, batch(plain)],
    [cached, batch(cached as never)],
  ] as const) {
    await t.rejects(client.$transaction(parts), { name: 'PrismaClientValidationError' })
    // Whatever was still asked for is answered before this is.
    await client.$transaction([client.$queryRaw`SELECT 1`])
    t.equal((await plain.person.findUnique({ where: { id: 1 } }))?.name, 'first')
  }
})

for (const [when, committed] of [
  ['before the database has committed', false],
  ['after it', true],
] as const) {
  t.test(`a connection that is lost at the commit, ${when}, leaves nothing stale`, async (t) => {
    let lose = false
    const adapter = new WatchedAdapter(url, async (sql, run) => {
      if (!lose || sql !== 'COMMIT') return run()
      if (committed) await run()
      throw new Error('the connection was lost')
    })
    const losing = connectGarden(t, url, { adapter, options }).cached
    const code = `lost ${committed}`
    const before = await codeOf(1)
    for (const write of [
      () => losing.$transaction((tx) => tx.kind.update(rename(1, code))),
      () => losing.$transaction([losing.kind.update(rename(1, `${code} in a batch`)), losing.kind.count()]),
      () => losing.kind.update({ ...rename(1, `${code} at once`), include: { plants: true, labels: true } }),
    ]) {
      await kind(1)
      lose = true
      await write().catch(() => {})
      lose = false
      t.same(await kind(1), await plain.kind.findUnique({ where: { id: 1 } }))
    }
    t.equal((await codeOf(1)) === before, !committed)
  })
}

t.test('a batch that fails ends when the drops of all its writes have been delivered', async (t) => {
  const adapter = new WatchedAdapter(url, async (sql, run) => {
    const result = await run()
    if (sql === 'COMMIT') throw new Error('the connection was lost')
    return result
  })
  const ends: string[] = []
  const store = memoryStore()
  const drop = async (keys: readonly string[]) => {
    const slow = keys.some((key) => key.includes(':v:Person'))
    if (slow) await Promise.all(Array.from({ length: 100 }, () => plain.$queryRaw`SELECT 1`))
    await store.drop(keys)
    ends.push('a drop')
  }
  const losing = connectGarden(t, url, { adapter, options: { store: { ...store, drop } } }).cached
  const person = await plain.person.create({ data: { id: 7, name: 'before' } })
  const parts = [
    losing.kind.update(rename(1, 'lost')),
    losing.person.update({ where: { id: person.id }, data: { name: 'after' } }),
  ]
  await losing.$transaction(parts).catch(() => ends.push('the batch'))
  t.same(ends, ['a drop', 'a drop', 'the batch'])
})

t.test('TypedSQL drops the tables that it names', async (t) => {
  const renamed = makeTypedQueryFactory('UPDATE "Kind" SET "the_code" = $1 WHERE "id" = $2 RETURNING "id"')
  await Promise.all([kind(1), cached.person.count()])
  const { tags } = await observe(() => cached.$queryRawTyped(renamed('typed', 1)))
  t.ok(tags.includes('Kind'))
  t.notOk(tags.includes('Person'))
  t.equal(await codeOf(1), 'typed')
  const { tags: none } = await observe(() =>
    cached.$queryRawTyped(makeTypedQueryFactory('SELECT "id" FROM "Kind"')()),
  )
  t.same(none, [])
})

t.test(
  'what a transaction has written is dropped when it commits, and not when one within it ends',
  async (t) => {
    await cached.$transaction(async (tx) => {
      await tx.kind.update(rename(1, 'outer'))
      await tx.$transaction((inner) => inner.kind.update(rename(2, 'inner')))
      // Others store what is there until it commits.
      for (const id of [1, 2, 3]) await kind(id)
      await tx.kind.update(rename(3, 'after it'))
      await kind(3)
    })
    t.same([await codeOf(1), await codeOf(2), await codeOf(3)], ['outer', 'inner', 'after it'])
  },
)
