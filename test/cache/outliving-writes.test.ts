import t from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { connectGarden, createGardenDatabase } from '../support/garden.ts'
import { gate } from '../support/gate.ts'

/**
 * Prisma ends a transaction although writes of several statements are under way in it, and carries out the rest of them
 * on the connection that it has given back.
 */
const url = await createGardenDatabase(t)
let around = async (_sql: string, run: () => Promise<unknown>) => run()
const adapter = new WatchedAdapter(url, (sql, run) => around(sql, run) as ReturnType<typeof run>)
const { plain, cached } = connectGarden(t, url, { options: { store: memoryStore() }, adapter })
const read = (client: typeof plain) => client.plant.findUnique({ where: { id: 1 } })

t.beforeEach(async () => {
  await plain.$executeRaw`TRUNCATE "people", "Plant", "Kind" CASCADE`
  await plain.kind.create({ data: { id: 1, code: 'one' } })
  await plain.person.create({ data: { id: 1, name: '1' } })
  await plain.plant.create({ data: { id: 1, name: '1', growerId: 1 } })
  await cached.$cache.drop()
  await read(cached as never)
})

const where = { id: 1 }
const write = (tx: Pick<typeof cached, 'person'>) =>
  tx.person.update({ where, data: { name: 'x', grown: { update: { where, data: { col: 7 } } } } })

t.test('what is left of a write when its transaction has run out of time is dropped', async (t) => {
  const [isOver, over] = gate()
  around = async (sql, run) => {
    if (/^UPDATE "public"."people"/.test(sql)) await isOver
    const result = await run()
    if (sql === 'ROLLBACK') over()
    return result
  }
  await t.rejects(
    cached.$transaction(
      async (tx) => {
        await write(tx as never)
        throw new Error('a mistake of its own')
      },
      { timeout: 200 },
    ),
    /a mistake of its own/,
  )
  t.equal((await read(plain))?.col, 7, 'Prisma has carried it out')
  t.same(await read(cached as never), await read(plain))
})

for (const [name, end, col] of [
  ['is given up', () => Promise.reject(new Error('given up')), null],
  ['has not waited for it', () => Promise.resolve(), 7],
] as const)
  t.test(`a write that is under way when its transaction ${name} is part of it`, async (t) => {
    const [reached, isReached] = gate()
    const [held, release] = gate()
    around = async (sql, run) => {
      if (/^UPDATE "public"."Plant"/.test(sql)) {
        isReached()
        await held
      }
      return run()
    }
    const transaction = cached
      .$transaction(async (tx) => {
        write(tx as never).catch(() => {})
        await reached
        return end()
      })
      .catch(() => {})
    await reached
    // Time enough to end it, if it were not waiting.
    for (let count = 0; count < 5; count++) await read(plain)
    release()
    await transaction
    t.equal((await read(plain))?.col, col)
    t.same(await read(cached as never), await read(plain))
  })
