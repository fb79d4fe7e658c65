import t from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { observe } from '../support/client.ts'
import { connectGarden, createGardenDatabase } from '../support/garden.ts'
import { gate } from '../support/gate.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

/**
 * One process moves a row to another row set, and has committed but not dropped yet. Another one writes the row, and
 * sees no more than where it is by now: it may be in entries of where it was.
 */
const url = await createGardenDatabase(t)
const redis = connectRedis(t)
await redis.connect()
const namespace = createNamespace()
const store = redisStore(redis)

let dropping = { isReached: () => {}, held: Promise.resolve() }
const slow: typeof store = {
  ...store,
  async drop(keys) {
    dropping.isReached()
    await dropping.held
    return store.drop(keys)
  },
}
const patient = { namespace, deadline: 30_000 }
const { plain, cached: writer } = connectGarden(t, url, { options: { store, ...patient } })
const { cached: mover } = connectGarden(t, url, { options: { store: slow, ...patient } })

type Client = Pick<typeof plain, 'plant' | 'person'>
const where = { id: 1 }
const list = (client: Client) => client.plant.findMany({ where: { growerId: 1 } })
const move = () => mover.plant.update({ where, data: { growerId: 3 } })

const SCENES: [
  string,
  (client: Client) => Promise<unknown>,
  () => Promise<unknown>,
  () => Promise<unknown>,
][] = [
  ['an update', list, move, () => writer.plant.update({ where, data: { name: 'new' } })],
  ['a delete', list, move, () => writer.plant.delete({ where })],
  [
    'an update of many',
    list,
    move,
    () => writer.plant.updateMany({ where: { growerId: 3 }, data: { name: 'new' } }),
  ],
  [
    'an update, for whoever includes the list',
    (client) => client.person.findUnique({ where, include: { grown: true } }),
    move,
    () => writer.plant.update({ where, data: { name: 'new' } }),
  ],
  [
    'an update of a row with another unique',
    (client) => client.person.findUnique({ where: { email: 'e' } }),
    () => mover.person.update({ where, data: { email: 'f' } }),
    () => writer.person.update({ where, data: { name: 'new' } }),
  ],
  [
    'an update after a batch',
    list,
    () => mover.$transaction([move()]),
    () => writer.plant.update({ where, data: { name: 'new' } }),
  ],
  [
    'an update after a transaction',
    list,
    () => mover.$transaction((tx) => tx.plant.update({ where, data: { growerId: 3 } })),
    () => writer.plant.update({ where, data: { name: 'new' } }),
  ],
  [
    'an update after a raw statement',
    list,
    () => mover.$executeRaw`UPDATE "Plant" SET "growerId" = 3 WHERE id = 1`,
    () => writer.plant.update({ where, data: { name: 'new' } }),
  ],
]

for (const [name, read, moving, write] of SCENES)
  t.test(`${name} drops what the row has left in another process`, async (t) => {
    await plain.$executeRaw`TRUNCATE "people", "Plant", "Kind" CASCADE`
    await plain.person.createMany({
      data: [1, 2, 3].map((id) => ({ id, name: `${id}`, email: id === 1 ? 'e' : null })),
    })
    await plain.kind.create({ data: { id: 1, code: 'one' } })
    await plain.plant.create({ data: { id: 1, name: 'old', growerId: 1, watererId: 2 } })
    await writer.$cache.drop()
    const tested = writer as unknown as Client
    await read(tested)
    const [committed, isReached] = gate()
    const [held, release] = gate()
    dropping = { isReached, held }
    const moved = moving().then(() => {})
    await committed
    await write()
    t.same(await read(tested), await read(plain))
    release()
    await moved
    t.same(await redis.hgetall(`${namespace}:moves`), {}, 'and nothing is left of it')
  })

t.test('a write under way that moves nothing costs nobody an entry', async (t) => {
  await writer.$cache.drop()
  const grower = () => writer.person.findUnique({ where: { id: 3 } })
  await grower()
  const [committed, isReached] = gate()
  const [held, release] = gate()
  dropping = { isReached, held }
  const renamed = mover.person.update({ where, data: { name: 'renamed' } }).then(() => {})
  await committed
  await writer.person.update({ where: { id: 2 }, data: { name: 'too' } })
  t.same((await observe(grower)).outcomes, ['hit'])
  release()
  await renamed
})
