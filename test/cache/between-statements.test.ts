import t, { type Test } from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { connectGarden, createGardenDatabase } from '../support/garden.ts'
import { gate } from '../support/gate.ts'

/** Prisma makes several statements of some writes. Between two of them, another transaction may commit. */
const url = await createGardenDatabase(t)
let before = async (_sql: string): Promise<void> => {}
const adapter = new WatchedAdapter(url, async (sql, run) => {
  await before(sql)
  return run()
})
const { plain, cached } = connectGarden(t, url, { options: { store: memoryStore() }, adapter })

t.beforeEach(async () => {
  await plain.$executeRaw`TRUNCATE "people", "Plant", "Kind", "Label" CASCADE`
  const kinds = [1, 2].map((id) => ({ id, code: `${id}` }))
  await plain.kind.createMany({ data: kinds })
  await plain.person.createMany({ data: [1, 2, 3].map((id) => ({ id, name: `${id}` })) })
  await plain.plant.create({ data: { id: 1, name: '1', growerId: 1, watererId: 2 } })
  await cached.$cache.drop()
})

/** Holds back the first statement like this one, until what another transaction does is done and read. */
async function meanwhile(
  t: Test,
  statement: RegExp,
  write: () => Promise<unknown>,
  other: () => Promise<unknown>,
  read: (client: typeof plain) => Promise<unknown>,
): Promise<void> {
  const [reached, isReached] = gate()
  const [held, release] = gate()
  before = async (sql) => {
    if (!statement.test(sql)) return
    before = async () => {}
    isReached()
    await held
  }
  const writing = write()
  await reached
  await other()
  const stored = await read(cached as never)
  release()
  await writing
  const truth = await read(plain)
  t.notSame(truth, stored, 'the write changes what was stored in between')
  t.same(await read(cached as never), truth)
}

/** The row that one code leads to is another one now. */
const swapCodes = () =>
  cached.$transaction([
    cached.kind.update({ where: { id: 1 }, data: { code: 'free' } }),
    cached.kind.update({ where: { id: 2 }, data: { code: '1' } }),
  ])

const data = { id: 1, text: 'new' }
for (const [name, labels] of Object.entries({
  create: { create: data },
  createMany: { createMany: { data: [data] } },
  connectOrCreate: { connectOrCreate: { where: { id: 1 }, create: data } },
}))
  t.test(`a nested ${name} over a unique that another row gets`, (t) =>
    meanwhile(
      t,
      /^INSERT INTO "public"."Label"/,
      () => cached.kind.update({ where: { id: 1 }, data: { labels } }).then(),
      swapCodes,
      (client) => client.label.findMany({ where: { kindCode: '1' } }),
    ),
  )

t.test('a delete, with its relations, by a unique that another row gets', (t) =>
  meanwhile(
    t,
    /^DELETE FROM "public"."Kind"/,
    () => cached.kind.delete({ where: { code: '1' }, include: { labels: true } }).then(),
    async () => {
      await plain.plant.deleteMany()
      await swapCodes()
    },
    (client) => client.kind.findUnique({ where: { id: 2 } }),
  ),
)

const where = { id: 1, growerId: 1 }
const off = { waterer: { disconnect: true } }
const create = { id: 1, name: '1', grower: { connect: { id: 1 } }, kind: { connect: { id: 1 } } }
const missing = { labels: { delete: { pair: { plantId: 1, labelId: 99 } } } }
for (const [name, write] of Object.entries({
  'in a batch that selects': () =>
    cached.$transaction([cached.plant.update({ where, data: off, select: { name: true } })]),
  'in a batch that omits': () =>
    cached.$transaction([cached.plant.update({ where, data: off, omit: { growerId: true } })]),
  'as an upsert': () =>
    cached.$transaction([cached.plant.upsert({ where, create, update: off, select: { name: true } })]),
  'in a fluent call': () => cached.plant.update({ where, data: off }).grower().then(),
  'whose error is caught': () =>
    cached.$transaction((tx) => tx.plant.update({ where, data: { ...off, ...missing } }).catch(() => {})),
}))
  t.test(`an update ${name}, of a row that moves after it was found`, (t) =>
    meanwhile(
      t,
      /^UPDATE "public"."Plant"/,
      write,
      () => cached.plant.update({ where: { id: 1 }, data: { growerId: 3 } }),
      (client) => client.plant.findMany({ where: { growerId: 3 } }),
    ),
  )
