import t, { type Test } from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { connectGarden, createGardenDatabase } from '../support/garden.ts'
import { gate } from '../support/gate.ts'

/**
 * Prisma finds the rows of some writes first, and then writes them by their primary key. Between the two, another
 * transaction may change where they belong.
 */
const url = await createGardenDatabase(t)
const { plain, cached } = connectGarden(t, url, { options: { store: memoryStore() } })
type Tx = Parameters<Parameters<typeof cached.$transaction>[0]>[0]

t.beforeEach(async () => {
  await plain.$executeRaw`TRUNCATE "people", "Plant", "Kind" CASCADE`
  await plain.kind.create({ data: { id: 1, code: 'one' } })
  await plain.person.createMany({ data: [1, 2, 3].map((id) => ({ id, name: `${id}` })) })
  await plain.plant.create({ data: { id: 1, name: '1', growerId: 1, watererId: 2 } })
  await cached.$cache.drop()
})

/** A transaction that has done its work, and commits when it is told to. */
function held(work: (tx: Tx) => Promise<unknown>) {
  const [ready, isReady] = gate()
  const [committing, commit] = gate()
  const done = cached.$transaction(
    async (tx) => {
      await work(tx)
      isReady()
      await committing
    },
    { timeout: 30_000 },
  )
  return { ready, commit, done }
}

/** Settles when a statement waits for a lock, or fails where none ever does. */
async function someoneWaits(): Promise<void> {
  for (let looks = 0; looks < 5000; looks++) {
    const [row] = await plain.$queryRaw<
      [{ waiting: bigint }]
    >`SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    if (row.waiting > 0n) return
  }
  throw new Error('nobody waits for a lock')
}

const where = { id: 1 }

t.test('a nested update over a foreign key that moves meanwhile', async (t) => {
  const read = (client: typeof plain) => client.person.findUnique({ where: { id: 2 } })
  await read(cached as never)
  const lock = held((tx) => tx.$queryRaw`SELECT id FROM people WHERE id = 2 FOR UPDATE`)
  await lock.ready
  const write = cached.plant.update({ where, data: { waterer: { update: { name: 'w' } } } }).then(() => {})
  await someoneWaits()
  await cached.plant.update({ where, data: { watererId: 3 } })
  lock.commit()
  await Promise.all([lock.done, write])
  t.equal((await plain.person.findUnique({ where: { id: 2 } }))?.name, 'w')
  t.same(await read(cached as never), await read(plain))
})

const nested = (grown: object) => (tx: Tx) => tx.person.update({ where, data: { grown } })
const WRITES: Record<string, (tx: Tx) => Promise<unknown>> = {
  'a delete that selects a relation': (tx) => tx.plant.delete({ where, include: { grower: true } }),
  'a deleteMany with a limit': (tx) => tx.plant.deleteMany({ where: { growerId: 1 }, limit: 1 }),
  'an updateMany with a limit': (tx) =>
    tx.plant.updateMany({ where: { growerId: 1 }, data: { col: 7 }, limit: 1 }),
  'a nested update': nested({ update: { where, data: { col: 7 } } }),
  'a nested updateMany': nested({ updateMany: { where: {}, data: { col: 7 } } }),
  'a nested upsert': nested({ upsert: { where, update: { col: 7 }, create: { id: 9, name: '9' } } }),
  'a nested delete': nested({ delete: where }),
  'a nested deleteMany': nested({ deleteMany: {} }),
}

for (const [name, work] of Object.entries(WRITES))
  t.test(`${name} of a row that moves meanwhile`, async (t: Test) => {
    const read = (client: typeof plain) => client.plant.findMany({ where: { growerId: 3 } })
    const mover = held((tx) => tx.plant.update({ where, data: { growerId: 3 } }))
    await mover.ready
    const writer = held(work)
    await someoneWaits()
    mover.commit()
    await mover.done
    await writer.ready
    t.equal((await read(cached as never)).length, 1, 'it is stored where it has moved to, as it was')
    writer.commit()
    await writer.done
    t.same(await read(cached as never), await read(plain))
  })
