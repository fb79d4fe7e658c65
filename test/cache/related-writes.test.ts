import t, { type Test } from 'tap'
import { memoryStore } from '../../src/cache/index.ts'
import { observe } from '../support/client.ts'
import { connectGarden, createGardenDatabase } from '../support/garden.ts'

const url = await createGardenDatabase(t)
const { plain, cached } = connectGarden(t, url, { options: { store: memoryStore() } })

t.beforeEach(async () => {
  await plain.$executeRaw`TRUNCATE "people", "Badge", "Plant", "Bed", "Kind" CASCADE`
  await plain.kind.createMany({
    data: [
      { id: 1, code: 'one' },
      { id: 2, code: 'two' },
    ],
  })
  await plain.person.createMany({
    data: [
      { id: 1, name: 'a', email: 'a' },
      { id: 2, name: 'b', email: 'b', mentorId: 1 },
      { id: 3, name: 'c', email: 'c' },
      { id: 4, name: 'd', email: null },
    ],
  })
  await plain.badge.createMany({ data: [1, 2].map((id) => ({ id, code: `${id}`, holderId: id })) })
  await plain.plant.createMany({
    data: [1, 2].map((id) => ({ id, name: `${id}`, growerId: id, watererId: 2 })),
  })
  await plain.plant.create({ data: { id: 4, name: '4', growerId: 2, watererId: 4, kindId: 2 } })
  await cached.$cache.drop()
})

/** The extended client has the plain one's methods, under a type of its own. */
type Reads = (client: typeof plain) => Promise<unknown>[]

/** Sees that reads, stored before a write, are answered after it as an uncached client answers. */
async function staysTrue(t: Test, write: () => Promise<unknown>, reads: Reads) {
  const before = await Promise.all(reads(cached as never))
  await write()
  const truth = await Promise.all(reads(plain))
  t.same(await Promise.all(reads(cached as never)), truth)
  t.notSame(before, truth, 'the write has changed what is read')
}

const person =
  (id: number): Reads =>
  (client) => [client.person.findUnique({ where: { id } })]

t.test('what a caller caught in a transaction and committed is dropped', async (t) => {
  const write = () =>
    cached.$transaction(async (tx) => {
      const nowhere = { name: 'half', grown: { connect: { id: 999 } } }
      await t.rejects(tx.person.update({ where: { id: 1 }, data: nowhere }), { code: 'P2018' })
    })
  await staysTrue(t, write, person(1))
})

t.test('a fluent call on a write drops the row that was written, and returns the other whole', async (t) => {
  const write = async () => {
    const badge = await cached.person.update({ where: { email: 'a' }, data: { name: 'fluent' } }).badge()
    t.same(badge, { id: 1, code: '1', holderId: 1 })
  }
  await staysTrue(t, write, person(1))
  const mentored = async () => {
    const mentor = await cached.person.update({ where: { email: 'b' }, data: { name: 'pupil' } }).mentor()
    t.equal(mentor?.id, 1)
    t.equal(mentor?.name, 'fluent')
  }
  await staysTrue(t, mentored, person(2))
  const gone = async () => {
    await cached.badge.delete({ where: { holderId: 1 } }).holder()
  }
  await staysTrue(t, gone, (client) => [client.badge.findUnique({ where: { id: 1 } })])
})

t.test('a cursor whose row is not among those found takes its place in an order by a relation', async (t) => {
  const reads: Reads = (client) => [
    client.plant.findMany({
      where: { growerId: 2 },
      cursor: { id: 1 },
      orderBy: [{ grower: { name: 'asc' } }, { id: 'asc' }],
    }),
  ]
  const write = () => cached.person.update({ where: { id: 1 }, data: { name: 'z' } })
  await staysTrue(t, write, reads)
})

t.test('a foreign key that a deeper write moves does not tell which row was written before', async (t) => {
  const write = () =>
    cached.plant.update({
      where: { id: 1 },
      data: {
        grower: {
          update: {
            name: 'moved from',
            pupils: { update: { where: { id: 2 }, data: { grown: { connect: { id: 1 } } } } },
          },
        },
      },
    })
  await staysTrue(t, write, person(1))
  t.equal((await plain.plant.findUnique({ where: { id: 1 } }))?.growerId, 2, 'it has moved')
})

t.test(
  'a row that is found by its old link and given a new one is dropped where it comes to be',
  async (t) => {
    const created = { waterer: { create: { id: 50, name: 'new' } } }
    const write = () =>
      cached.person.update({
        where: { id: 1 },
        data: { grown: { update: { where: { id: 1, watererId: 2 }, data: created } } },
      })
    await staysTrue(t, write, person(50))
  },
)

t.test('a new row that comes with another by its own foreign key is known', async (t) => {
  await Promise.all(person(3)(cached as never))
  const { outcomes } = await observe(async () => {
    await cached.badge.create({ data: { id: 9, code: 'x', holder: { create: { id: 9, name: 'new' } } } })
    await Promise.all(person(3)(cached as never))
  })
  t.same(outcomes, ['hit'])
})

t.test('a row whose key is null decides on what is not so, too', async (t) => {
  const unlike = { email: 'x', name: 'd' }
  const rename = (name: string) => () => cached.person.update({ where: { id: 4 }, data: { name } })
  await staysTrue(t, rename('e'), (c) => [c.plant.count({ where: { waterer: { isNot: unlike } } })])
  await staysTrue(t, rename('d'), (c) => [c.plant.count({ where: { NOT: { waterer: unlike } } })])
  await staysTrue(t, rename('e'), (c) => [
    c.kind.count({ where: { plants: { every: { waterer: unlike } } } }),
  ])
})

t.test('a row that is deleted and made again in one write tells nothing of what it led to', async (t) => {
  const anew = {
    id: 1,
    name: 'n',
    grower: { connect: { id: 1 } },
    kind: { connect: { id: 2 } },
  }
  const watered = { delete: { id: 1 }, create: anew }
  const pupils = { update: { where: { id: 2 }, data: { watered } } }
  const write = () =>
    cached.plant.update({
      where: { id: 1 },
      data: { kind: { update: { code: 'w' } }, grower: { update: { pupils } } },
    })
  await staysTrue(t, write, (c) => [c.kind.findUnique({ where: { id: 1 } })])
})

class Dto {
  constructor(data: object) {
    Object.assign(this, data)
  }
}
class Entity extends Dto {
  toJSON() {
    return { ...this }
  }
}
const update = (id: number, data: object) => () => cached.person.update({ where: { id }, data })

t.test('data of a class, or with a toJSON, are looked into', async (t) => {
  const pupils: Reads = (client) => [client.person.findMany({ where: { mentorId: 1 } })]
  await staysTrue(t, update(2, new Entity({ mentorId: 3 })), pupils)
  await staysTrue(t, update(2, { toJSON: () => ({ mentorId: 1 }) }), pupils)
  const grown = new Dto({ create: { id: 9, name: '9' } })
  const name = { toJSON: () => 'named' }
  await staysTrue(t, update(1, { name, grown }), (c) => [c.plant.findMany({ where: { growerId: 1 } })])
})

t.test('arguments and lists are what they hold, whatever their toJSON would give', async (t) => {
  const plants: Reads = (client) => [client.plant.findMany({ where: { growerId: 1 } })]
  class Command {
    where = { id: 1 }
    data = { grown: { create: { id: 8, name: '8' } } }
    toJSON() {
      return { command: 'kept from the log' }
    }
  }
  await staysTrue(t, () => cached.person.update(new Command()), plants)
  const create = Object.assign([{ id: 9, name: '9' }], { toJSON: () => [] })
  await staysTrue(t, update(1, { grown: { create } }), plants)
})

t.test('a relation is asked for by anything but false', async (t) => {
  await plain.club.deleteMany()
  await plain.club.create({ data: { id: 1, title: 'before', members: { connect: { id: 1 } } } })
  const clubs = 0 as unknown as true
  const rename = () => cached.club.update({ where: { id: 1 }, data: { title: 'after' } })
  await staysTrue(t, rename, (c) => [c.person.findUnique({ where: { id: 1 }, include: { clubs } })])
})

t.test('a new link takes the old one of the other row away, from either end', async (t) => {
  const badges: Reads = (client) => [client.badge.findUnique({ where: { id: 2 } })]
  const pin = () => cached.badge.update({ where: { id: 1 }, data: { holder: { connect: { id: 2 } } } })
  await staysTrue(t, pin, badges)
  const give = () => cached.person.update({ where: { id: 2 }, data: { badge: { connect: { id: 2 } } } })
  await staysTrue(t, give, (client) => [client.badge.findUnique({ where: { id: 1 } })])
})

t.test('what an upsert makes need not be what it looked for', async (t) => {
  const upsert = { where: { id: 99 }, update: { name: 'u' }, create: { id: 9, name: '9' } }
  const write = () => cached.person.update({ where: { id: 1 }, data: { grown: { upsert } } })
  await staysTrue(t, write, (client) => [client.plant.findUnique({ where: { id: 9 } })])
})

t.test('a new row that has its one-to-one made with it costs no other an entry', async (t) => {
  const badge = () => cached.badge.findUnique({ where: { id: 2 } })
  await badge()
  await cached.person.create({
    data: { id: 20, name: 'new', badge: { create: { id: 9, code: 'nine' } } },
  })
  t.same((await observe(badge)).outcomes, ['hit'])
  await cached.person.update({ where: { id: 2 }, data: { badge: { disconnect: true } } })
  t.same((await observe(badge)).outcomes, ['stored'])
})
