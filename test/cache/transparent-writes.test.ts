import { inspect } from 'node:util'
import { skip } from '@prisma/client/runtime/client'
import t, { type Test } from 'tap'
import { connectGarden, createGardenDatabase, Prisma } from '../support/garden.ts'

const url = await createGardenDatabase(t)
const omit = { badge: { id: true } } as const
const { plain, cached } = connectGarden(t, url)
const omitting = connectGarden(t, url, { clientOptions: { omit } })

class Moment {
  private readonly text = '2020-01-01T00:00:00.000Z'
  toJSON() {
    return this.text
  }
}

interface Clients {
  readonly plain: typeof plain
  readonly cached: object
}

/** Carries out a write on each client; each starts from the same rows and must have the same outcome. */
async function sameOutcome(t: Test, clients: Clients, write: (client: typeof plain) => Promise<unknown>) {
  const outcomes: unknown[] = []
  // The extended client has the plain one's methods, under a type of its own.
  for (const client of [clients.plain, clients.cached as typeof plain]) {
    await plain.$executeRaw`TRUNCATE "people", "Badge", "specimens" RESTART IDENTITY CASCADE`
    await plain.person.create({ data: { id: 1, name: 'a', badge: { create: { id: 1, code: 'x' } } } })
    outcomes.push(
      await write(client).then(
        (result) => ({
          text: JSON.stringify(result),
          shown: inspect(result, { showHidden: true, depth: null }),
        }),
        (error: Error) => ({ name: error.name, message: error.message.replace(/[\s\S]*invocation/, '') }),
      ),
      await plain.person.findMany(),
      await plain.badge.findMany(),
      await plain.specimen.findMany({ select: { json: true, moment: true } }),
    )
  }
  t.same(outcomes.slice(4), outcomes.slice(0, 4))
}

const where = { id: 1 }
const data = { name: 'b' }

for (const id of [undefined, false, true, null, 0, 'yes', { take: 1 }, skip]) {
  t.test(`a write that selects or omits a key column by ${inspect(id)}`, async (t) => {
    for (const args of [
      { select: { id, name: true } },
      { select: { id } },
      { omit: { id } },
      { omit: { id, name: true } },
    ]) {
      await sameOutcome(t, { plain, cached }, (client) =>
        client.person.update({ where, data, ...args } as never),
      )
      await sameOutcome(t, omitting, (client) =>
        client.badge.update({
          where,
          data: { code: 'y' },
          ...args,
          ...('select' in args && { select: { id, code: true } }),
        } as never),
      )
    }
  })
}

const everything = { id: true, name: true, email: true, mentorId: true }

t.test('a write that includes or selects relations alone', async (t) => {
  for (const args of [
    { include: { badge: true } },
    { select: { badge: true } },
    { select: {} },
    { select: { badge: false } },
    { omit: everything },
    { omit: everything, include: { badge: true } },
  ])
    await sameOutcome(t, { plain, cached }, (client) =>
      client.person.update({ where, data, ...args } as never),
    )
})

t.test('a write of what has a toJSON of its class', async (t) => {
  const moment = new Moment() as never
  await sameOutcome(t, { plain, cached }, (client) =>
    client.specimen.create({ data: { json: { at: moment, list: [moment] }, moment } }),
  )
  t.strictSame((await plain.specimen.findFirst())?.moment, new Date('2020-01-01T00:00:00.000Z'))
  for (let round = 0; round < 2; round++)
    t.same(await cached.specimen.count({ where: { moment } }), 1, 'and a read of it')
})

t.test('computed fields see what they need of a write, and nothing more is seen', async (t) => {
  const computing = Prisma.defineExtension({
    result: {
      person: {
        label: { needs: { id: true }, compute: ({ id }) => `number ${id}` },
        id: { needs: { name: true }, compute: ({ name }) => `id of ${name}` },
      },
    },
  })
  const clients = {
    plain: plain.$extends(computing) as unknown as typeof plain,
    cached: cached.$extends(computing),
  }
  const trees = [
    {},
    { select: { name: true } },
    { select: { label: true } },
    { omit: { id: true } },
    { omit: { id: true, label: true } },
  ]
  for (const tree of trees)
    await sameOutcome(t, clients, async (client) => {
      const row: object = await client.person.update({ where, data, ...tree } as never)
      return {
        keys: Object.keys(row),
        has: ['id', 'label', 'name'].map((name) => name in row),
        row: { ...row },
      }
    })
})

t.test('beside a mistake in the same transaction, a write that is refused is not made', async (t) => {
  await sameOutcome(t, { plain, cached }, (client) =>
    client.$transaction(async (tx) => {
      const made = await Promise.allSettled([
        tx.person.create({ data: { id: 9, name: 'x' }, select: { name: true } }),
        tx.person.create({ data: { id: 10, name: 'y', nickname: 'z' } as never }),
      ])
      return made.map(({ status }) => status)
    }),
  )
})

t.test('a batch fails with the error of the same one of its queries', async (t) => {
  for (const options of [{ isolationLevel: 'Bogus' as never }, { maxWait: 0 }])
    await sameOutcome(t, { plain, cached }, (client) =>
      client
        .$transaction(
          [client.badge.create({ data: { id: 7, code: 'seven' } }), client.person.findMany()],
          options,
        )
        .catch(({ code, meta }) => ({ code, model: meta?.modelName })),
    )
})

t.test('where writes may be refused, a transaction is carried out in the order of its calls', async (t) => {
  const refusing = connectGarden(t, url, { options: { refuseWrites: true } })
  await sameOutcome(t, { plain, cached: refusing.cached }, (client) =>
    client.$transaction((tx) =>
      Promise.all([tx.person.update({ where, data: { name: 'new' } }), tx.person.findFirst({ where })]),
    ),
  )
})

t.test('a write needs no key column that it does not ask for', async (t) => {
  await plain.$executeRaw`ALTER TABLE people RENAME COLUMN email TO gone`
  const select = { id: true, name: true }
  t.same(await cached.person.update({ where, data: { name: 'new' }, select }), { id: 1, name: 'new' })
  await plain.$executeRaw`ALTER TABLE people RENAME COLUMN gone TO email`
})
