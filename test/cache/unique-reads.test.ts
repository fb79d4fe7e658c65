import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { lock } from '../support/database.ts'
import { connectGarden, createGardenDatabase } from '../support/garden.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

/** Prisma makes one query of unique reads that meet in one turn, as those do that have waited for the same store. */
const url = await createGardenDatabase(t)
const redis = connectRedis(t)
await redis.connect()
const options = { store: redisStore(redis), namespace: createNamespace() }
const { plain, cached } = connectGarden(t, url, { options })
type Client = Pick<typeof plain, 'specimen' | 'person' | 'plant'>
const tested = cached as unknown as Client

const UUIDS = ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'] as const
const ROUNDS = 30
await plain.specimen.createMany({ data: UUIDS.map((uuid) => ({ uuid })) })
await plain.person.create({ data: { id: 1, name: 'a' } })

interface Outcome {
  readonly result?: unknown
  readonly name?: string | undefined
  readonly code?: string | undefined
  readonly meta?: unknown
  readonly message?: string | undefined
}
const outcome = (asked: Promise<unknown>): Promise<Outcome> =>
  asked.then(
    (result) => ({ result }),
    ({ name, code, meta, message }: Outcome) => ({ name, code, meta, message }),
  )

t.test('reads of several turns are answered as they would be alone', async (t) => {
  const read = (uuid: string) =>
    tested.specimen.findUnique({ where: { uuid: uuid.toUpperCase() }, select: { uuid: true } })
  for (let round = 0; round < ROUNDS; round++) {
    await cached.$cache.drop()
    const first = outcome(read(UUIDS[0]))
    await setImmediate()
    const second = outcome(read(UUIDS[1]))
    const found = await Promise.all([first, second])
    if (round === 0 || found.some(({ result }) => !result))
      t.same(
        found,
        UUIDS.map((uuid) => ({ result: { uuid } })),
      )
  }
})

t.test('what Prisma gets wrong of two reads at once is not kept', async (t) => {
  await cached.$cache.drop()
  const read = (client: Client, uuid: string) => client.specimen.findUnique({ where: { uuid } })
  const capitals = UUIDS.map((uuid) => uuid.toUpperCase())
  await Promise.all(capitals.map((uuid) => read(tested, uuid)))
  for (const uuid of capitals) t.same(await read(tested, uuid), await read(plain, uuid))
})

t.test('the mistake of a read in another turn is its own', async (t) => {
  const read = (id: number) => tested.person.findUnique({ where: { id }, select: { id: true } })
  for (let round = 0; round < ROUNDS; round++) {
    await cached.$cache.drop()
    const good = outcome(read(1))
    await setImmediate()
    const bad = outcome(read(2 ** 40))
    const found = await good
    if (round === 0 || !found.result) t.same(found, { result: { id: 1 } })
    t.match(await bad, { name: /^PrismaClient/ })
  }
})

t.test('reads that joined one that failed fail as they do alone', async (t) => {
  const reads = {
    'of a row': (client: Client) => client.plant.findUniqueOrThrow({ where: { id: 99 } }),
    'of what lies beyond it': (client: Client) =>
      client.plant.findUniqueOrThrow({ where: { id: 99 } }).kind(),
  }
  for (const [name, read] of Object.entries(reads)) {
    const alone = await outcome(read(plain))
    const unlock = await lock(t, url, 'LOCK TABLE "Plant"')
    const asked: Promise<Outcome>[] = []
    for (let turn = 0; turn < 3; turn++) {
      asked.push(outcome(read(tested)))
      await setImmediate()
    }
    await unlock()
    for (const { message, ...failure } of await Promise.all(asked)) {
      t.match(alone, failure, name)
      t.match(message, /No record was found/)
    }
  }
})
