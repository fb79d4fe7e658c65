import { inspect, isDeepStrictEqual } from 'node:util'
import { skip } from '@prisma/client/runtime/client'
import t, { type Test } from 'tap'
import { memoryStore, type Outcome } from '../../src/cache/index.ts'
import { observe } from '../support/client.ts'
import { connectGarden, createGardenDatabase, Prisma } from '../support/garden.ts'
import { gate } from '../support/gate.ts'

const url = await createGardenDatabase(t)
const { plain, cached } = connectGarden(t, url)
type Client = typeof plain
type Read = (client: Client) => Promise<unknown>
// The extended client has the same methods, under a type of its own.
const tested = cached as unknown as Client

const marker = { $type: 'Decimal', value: '1', 'date 0': 'x', '1n': [1, [null, { deep: true }]] }
await plain.specimen.create({
  data: {
    int: -2147483648,
    small: 32767,
    big: 9223372036854775807n,
    real: 1.5,
    decimal: '12345678901234567890.123456789012345678901234567890',
    money: '1.5000',
    moment: new Date('0001-01-01T00:00:00.001Z'),
    zoned: new Date('9999-12-31T23:59:59.999Z'),
    day: new Date('1969-12-31'),
    time: new Date('1970-01-01T23:59:59.999Z'),
    bytes: new Uint8Array([0, 255, 128]),
    json: marker,
    plain: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "1e3": 1e3}'),
    flag: false,
    colour: 'Blue',
    text: '{"json":"text"}\n"\\ \u2028 😀 \u{10ffff}',
    uuid: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    citext: 'MiXed',
    varchar: 'abc',
    char: 'ab',
    inet: '10.0.0.1/8',
    ints: [1, -1, 0],
    bigs: [-9223372036854775808n],
    floats: [1e-300, 1e300],
    decimals: ['0.10', '-1e-20'],
    moments: [new Date(0), new Date(8.64e12)],
    blobs: [new Uint8Array(), new Uint8Array([1])],
    jsons: [{ a: null }, [], 'text', 1],
    flags: [true, false],
    colours: ['Red', 'Blue'],
    texts: ['', 'a,b', '"'],
  },
})
await plain.specimen.create({
  data: { bytes: new Uint8Array(), json: Prisma.JsonNull, plain: Prisma.DbNull, text: '' },
})
await plain.specimen.create({ data: { json: 'null', plain: [[]] } })
await plain.specimen.create({ data: { json: [1, 'two', { three: [] }], plain: 0.1, float: 1e308 } })

// What Prisma reads and does not write.
await plain.$executeRaw`UPDATE "specimens" SET "float" = 'NaN' WHERE "specimen_id" = 2`
await plain.$executeRaw`UPDATE "specimens" SET "float" = '-0', "floats" = '{Infinity,-Infinity,-0}' WHERE "specimen_id" = 3`
await plain.$executeRaw`UPDATE "specimens" SET "float" = '-Infinity' WHERE "specimen_id" = 4`

await plain.$executeRaw`INSERT INTO "specimens" ("specimen_id", "plain") VALUES (5, '{"a": -0, "b": [1e400]}')`

await plain.kind.createMany({
  data: [
    { id: 1, code: 'a' },
    { id: 2, code: 'b' },
  ],
})
await plain.bed.createMany({
  data: [
    { row: 1, col: 1, soil: 'clay' },
    { row: 1, col: 2, soil: 'sand' },
  ],
})
for (let id = 1; id <= 3; id++)
  await plain.person.create({
    data: {
      id,
      name: `p${id % 2}`,
      email: id === 3 ? null : `${id}@x`,
      ...(id > 1 && { mentorId: 1 }),
      ...(id === 2 && { profile: { create: { id: 1, bio: 'b' } }, friends: { connect: { id: 1 } } }),
      clubs: { connectOrCreate: { where: { id: 1 }, create: { id: 1, title: 't' } } },
    },
  })
for (let id = 1; id <= 4; id++)
  await plain.plant.create({
    data: {
      id,
      name: `n${id}`,
      growerId: (id % 3) + 1,
      watererId: id === 4 ? null : 2,
      ...(id < 3 && { row: 1, col: id }),
      kindId: (id % 2) + 1,
      visits: { create: { id: BigInt(id), at: new Date(id * 1000), note: id === 2 ? null : 'x' } },
      labels: { create: { weight: id, label: { create: { id, text: `l${id}`, kindCode: 'a' } } } },
    },
  })

const id = { id: 'asc' } as const

/** Every read operation, and every argument that it takes. */
const READS: Record<string, Read> = {
  'every scalar': (c) => c.specimen.findMany({ where: { id: { lt: 5 } }, orderBy: id }),
  'a specimen': (c) => c.specimen.findUnique({ where: { id: 1 } }),
  'by uuid in capitals': (c) =>
    c.specimen.findUnique({ where: { uuid: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' } }),
  'by citext in another case': (c) => c.specimen.findUnique({ where: { citext: 'mIxED' } }),
  'by enum': (c) =>
    c.specimen.findFirst({ where: { colour: 'Blue' }, select: { colour: true, colours: true } }),
  'by lists': (c) => c.specimen.findMany({ where: { ints: { has: 1 }, flags: { equals: [true, false] } } }),
  'by Json null': (c) => c.specimen.findMany({ where: { json: { equals: Prisma.JsonNull } }, orderBy: id }),
  'by database null': (c) =>
    c.specimen.findMany({ where: { id: { lt: 5 }, json: { equals: Prisma.DbNull } }, orderBy: id }),
  'by any null': (c) =>
    c.specimen.findMany({ where: { id: { lt: 5 }, json: { equals: Prisma.AnyNull } }, orderBy: id }),
  'by a path': (c) => c.specimen.findMany({ where: { json: { path: ['value'], equals: '1' } } }),
  'by bytes': (c) => c.specimen.findMany({ where: { bytes: new Uint8Array() }, orderBy: id }),
  'by a decimal': (c) => c.specimen.findMany({ where: { money: new Prisma.Decimal('1.5') } }),
  'by a date': (c) => c.specimen.findMany({ where: { day: { lt: new Date(0) } } }),
  'columns compared': (c) =>
    c.specimen.findMany({ where: { int: { lt: c.specimen.fields.small } }, select: { id: true } }),
  'a local omission': (c) => c.specimen.findFirst({ omit: { json: true, plain: true }, orderBy: id }),
  'nothing found': (c) => c.person.findUnique({ where: { id: 99 } }),
  'nothing listed': (c) => c.person.findMany({ where: { name: 'nobody' } }),
  'first or throw': (c) => c.person.findFirstOrThrow({ where: { name: 'p0' } }),
  'unique or throw': (c) => c.person.findUniqueOrThrow({ where: { email: '1@x' } }),
  'a compound id': (c) =>
    c.bed.findUnique({ where: { row_col: { row: 1, col: 2 } }, include: { plants: true } }),
  'a named compound id': (c) => c.labelling.findUnique({ where: { pair: { plantId: 1, labelId: 1 } } }),
  'a compound unique': (c) => c.plant.findUnique({ where: { growerId_name: { growerId: 2, name: 'n1' } } }),
  'a unique with more conditions': (c) => c.person.findUnique({ where: { id: 2, name: { not: 'p0' } } }),
  'deep includes': (c) =>
    c.person.findMany({
      orderBy: id,
      include: {
        mentor: { include: { profile: true } },
        pupils: { orderBy: id, select: { name: true, grown: { orderBy: id, include: { visits: true } } } },
        friendOf: true,
        clubs: { include: { members: { orderBy: id, take: 2, skip: 1 } } },
        watered: { where: { kind: { code: 'a' } }, orderBy: id, include: { bed: true, labels: true } },
      },
    }),
  'deep selections with counts': (c) =>
    c.kind.findMany({
      orderBy: id,
      select: {
        code: true,
        _count: { select: { plants: { where: { watererId: 2 } }, labels: true } },
        labels: {
          orderBy: id,
          select: { on: { select: { weight: true, plant: { select: { _count: true } } } } },
        },
      },
    }),
  'some, every, none': (c) =>
    c.person.findMany({
      where: {
        OR: [
          { grown: { some: { visits: { some: { note: null } } } } },
          { pupils: { every: { name: 'p1' } } },
          { watered: { none: {} } },
        ],
        NOT: { clubs: { none: { id: 1 } } },
      },
      orderBy: id,
    }),
  'is, isNot, null': (c) =>
    c.plant.findMany({
      where: { OR: [{ bed: { isNot: null } }, { waterer: { is: { name: 'p0' } } }, { bed: null }] },
      orderBy: id,
    }),
  'case-insensitive': (c) => c.person.findMany({ where: { name: { equals: 'P0', mode: 'insensitive' } } }),
  distinct: (c) =>
    c.person.findMany({ distinct: ['name'], orderBy: [{ name: 'asc' }, id], select: { name: true } }),
  'cursor, take and skip': (c) => c.plant.findMany({ cursor: { id: 2 }, skip: 1, take: 2, orderBy: id }),
  backwards: (c) => c.plant.findMany({ cursor: { id: 3 }, take: -2, orderBy: id }),
  'ordered by relations and their counts': (c) =>
    c.plant.findMany({
      orderBy: [{ waterer: { name: 'desc' } }, { labels: { _count: 'asc' } }, { bed: { col: 'asc' } }, id],
    }),
  'nulls first': (c) => c.person.findMany({ orderBy: [{ email: { sort: 'asc', nulls: 'first' } }, id] }),
  'loaded by joins': (c) =>
    c.person.findMany({ relationLoadStrategy: 'join', include: { grown: { orderBy: id } }, orderBy: id }),
  'loaded by queries': (c) =>
    c.person.findMany({ relationLoadStrategy: 'query', include: { grown: { orderBy: id } }, orderBy: id }),
  count: (c) => c.plant.count(),
  'count of columns': (c) => c.plant.count({ select: { _all: true, row: true }, where: { kindId: 1 } }),
  'count with take': (c) => c.plant.count({ take: 2, skip: 1 }),
  aggregates: (c) =>
    c.specimen.aggregate({
      _count: { _all: true, json: true },
      _avg: { int: true, decimal: true, big: true },
      _sum: { int: true, big: true, money: true, real: true },
      _min: { moment: true, text: true, colour: true, decimal: true },
      _max: { zoned: true, uuid: true, big: true },
    }),
  'aggregates of nothing': (c) =>
    c.plant.aggregate({
      where: { id: 0 },
      _avg: { id: true },
      _sum: { id: true },
      _max: { name: true },
      _count: true,
    }),
  groups: (c) =>
    c.plant.groupBy({
      by: ['kindId', 'watererId'],
      _count: { _all: true },
      _sum: { id: true },
      _avg: { row: true },
      having: { id: { _sum: { gt: 1 } }, kindId: { not: 5 } },
      orderBy: [{ _count: { id: 'desc' } }, { kindId: 'asc' }, { watererId: 'asc' }],
      take: 3,
    }),
  'groups by decimals and dates': (c) =>
    c.specimen.groupBy({ by: ['money', 'day', 'colour', 'big'], _count: true, orderBy: { money: 'asc' } }),
  'a fluent list': (c) =>
    c.person.findUnique({ where: { id: 2 } }).grown({ orderBy: id, select: { name: true } }),
  'a fluent chain': (c) =>
    c.plant
      .findUnique({ where: { id: 1 } })
      .grower()
      .profile()
      .person(),
  'a fluent nothing': (c) => c.person.findUnique({ where: { id: 99 } }).clubs(),
  'another schema': (c) => c.visit.findMany({ where: { plant: { name: 'n1' } }, include: { plant: true } }),
  'the odd Json': (c) => c.specimen.findUnique({ where: { id: 5 }, select: { plain: true } }),
  'unique or throw of nothing': (c) => c.person.findUniqueOrThrow({ where: { id: 99 } }),
  'first or throw of nothing': (c) => c.person.findFirstOrThrow({ where: { name: 'nobody' } }),
  'an argument that there is not': (c) => c.person.findMany({ where: { colour: 'Red' } } as object),
  'an argument of another type': (c) => c.person.findMany({ where: { id: { equals: '1' } } } as object),
  'a unique filter where a key must be': (c) =>
    c.person.findUnique({ where: { id: { equals: 1 } } } as never),
  'a value that the database refuses': (c) => c.specimen.findMany({ where: { inet: 'nowhere' } }),
  'a view': (c) => c.overview.findMany({ orderBy: id }),
}

/** What a call gives, or how it fails. */
async function outcomeOf(read: Read, client: Client) {
  try {
    return { result: await read(client) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { name, message } = error
    return { name, message, code: Reflect.get(error, 'code'), meta: Reflect.get(error, 'meta') }
  }
}

const inOrder = (value: unknown): string => inspect(value, { depth: null })

/** How the second call of those is answered that are no hits. */
const ANSWERED: Record<string, Outcome> = { 'a view': 'bypass', 'the odd Json': 'miss' }

for (const [name, read] of Object.entries(READS)) {
  t.test(`${name}: the same from the database, from the cache and without it`, async (t) => {
    const truth = await outcomeOf(read, plain)
    const first = await outcomeOf(read, tested)
    const { result: second, outcomes } = await observe(() => outcomeOf(read, tested))
    t.ok(isDeepStrictEqual(first, truth), 'on a miss')
    t.ok(isDeepStrictEqual(second, truth), 'on a hit')
    t.equal(inOrder(second), inOrder(truth), 'in the same order of properties')
    t.same(second, truth)
    t.same(outcomes, ['result' in truth ? (ANSWERED[name] ?? 'hit') : 'failed'])
  })
}

t.test(
  'queries that differ in the order of what they select share an entry, and each has its own order',
  async (t) => {
    const pairs: [Read, Read][] = [
      [
        (c) => c.person.findMany({ select: { name: true, clubs: true, id: true }, orderBy: id }),
        (c) => c.person.findMany({ orderBy: id, select: { id: true, clubs: true, name: true } }),
      ],
      [
        (c) => c.person.findMany({ include: { profile: { select: { bio: true, id: true } } }, orderBy: id }),
        (c) => c.person.findMany({ orderBy: id, include: { profile: { select: { id: true, bio: true } } } }),
      ],
      [
        (c) =>
          c.person.findUnique({ where: { id: 1 } }).grown({ select: { name: true, id: true }, orderBy: id }),
        (c) =>
          c.person.findUnique({ where: { id: 1 } }).grown({ select: { id: true, name: true }, orderBy: id }),
      ],
      [
        (c) => c.plant.aggregate({ _max: { name: true, id: true }, _count: { name: true, _all: true } }),
        (c) => c.plant.aggregate({ _count: { _all: true, name: true }, _max: { id: true, name: true } }),
      ],
      [
        (c) => c.plant.groupBy({ by: ['id', 'name'], _sum: { id: true }, _max: { name: true }, orderBy: id }),
        (c) => c.plant.groupBy({ by: ['id', 'name'], _max: { name: true }, _sum: { id: true }, orderBy: id }),
      ],
      [
        (c) => c.plant.count({ select: { name: true, _all: true } }),
        (c) => c.plant.count({ select: { _all: true, name: true } }),
      ],
    ]
    for (const [one, other] of pairs) {
      await cached.$cache.drop()
      t.equal(inOrder(await one(tested)), inOrder(await one(plain)))
      const { result, outcomes } = await observe(() => other(tested))
      t.same(outcomes, ['hit'])
      t.equal(inOrder(result), inOrder(await other(plain)))
    }
  },
)

/** Answers each of two queries after the other, as an uncached client does. */
async function apart(
  t: Test,
  clients: { plain: Client; cached: object },
  [one, other]: readonly [Read, Read],
) {
  const through = clients.cached as Client
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    await cached.$cache.drop()
    await outcomeOf(first, through)
    const { message: _, ...answer } = await outcomeOf(second, through)
    const { message: __, ...truth } = await outcomeOf(second, clients.plain)
    t.same(answer, truth)
    t.equal(inOrder(answer), inOrder(truth))
  }
}

t.test(
  'queries that differ in what they leave open do not share an entry where that says something',
  async (t) => {
    const store = memoryStore()
    const omitting = connectGarden(t, url, {
      options: { store },
      clientOptions: { omit: { person: { email: true } } },
    })
    const where = { id: 1 }
    for (const email of [undefined, skip]) {
      const omit = { email } as object
      await apart(t, omitting, [
        (c) => c.person.findUnique({ where, omit }),
        (c) => c.person.findUnique({ where, omit: {} }),
      ])
      const nested =
        (omit: object): Read =>
        (c) =>
          c.plant.findUnique({ where, include: { grower: { omit } } })
      await apart(t, omitting, [nested(omit), nested({})])
    }
    const clients = { plain, cached }
    for (const name of ['_count', '_avg', '_sum', '_max']) {
      const aggregate =
        (more: object): Read =>
        (c) =>
          c.person.aggregate({ _min: { id: true }, ...more })
      await apart(t, clients, [aggregate({}), aggregate({ [name]: undefined })])
      const group =
        (more: object): Read =>
        (c) =>
          c.person.groupBy({ by: ['id'], where, ...more })
      await apart(t, clients, [group({}), group({ [name]: undefined })])
    }
    const select = { _max: { select: { id: true } } }
    await apart(t, clients, [
      (c) => c.person.aggregate({ _avg: { id: true }, select } as never),
      (c) => c.person.aggregate({ select, _avg: { id: true } } as never),
    ])
    await apart(t, clients, [
      (c) => c.person.findUnique({ where, select: skip } as never),
      (c) => c.person.findUnique({ where }),
    ])
    await apart(t, clients, [(c) => c.person.count({ select: skip } as never), (c) => c.person.count()])
    const json =
      (equals: object): Read =>
      (c) =>
        c.specimen.findMany({ where: { json: { equals } }, select: { id: true } })
    await apart(t, clients, [json({ $type: 'x', a: skip }), json({ $type: 'x' })])
  },
)

t.test('the order of relations may change what Prisma counts, and is part of the key', async (t) => {
  const mentor = { include: { _count: true } } as const
  await apart(t, { plain, cached }, [
    (c) => c.person.findUnique({ where: { id: 2 }, include: { pupils: true, _count: true, mentor } }),
    (c) => c.person.findUnique({ where: { id: 2 }, include: { mentor, pupils: true, _count: true } }),
  ])
})

t.test('what is nested too deeply fails as it does without the cache', async (t) => {
  let where: object = { id: 1 }
  for (let depth = 0; depth < 5000; depth++) where = { NOT: where }
  const read: Read = (c) => c.person.findMany({ where })
  t.equal((await outcomeOf(read, tested)).name, (await outcomeOf(read, plain)).name)
})

t.test('what JSON cannot tell for its depth is served, and not stored', async (t) => {
  const deep = `${'['.repeat(6000)}${']'.repeat(6000)}`
  await plain.$executeRaw`INSERT INTO "specimens" ("specimen_id", "plain") VALUES (8, ${deep}::json)`
  const read = (client: Client) => client.specimen.findUnique({ where: { id: 8 }, select: { plain: true } })
  await read(tested)
  const { result, outcomes } = await observe(() => read(tested))
  t.same(outcomes, ['miss'])
  t.type(result?.plain, Array)
})

t.test('each caller owns its result', async (t) => {
  const read = () => cached.specimen.findUnique({ where: { id: 1 } })
  const truth = await plain.specimen.findUnique({ where: { id: 1 } })
  const results = await Promise.all([read(), read(), read()])
  for (const mine of [...results, await read(), await read()]) {
    t.ok(isDeepStrictEqual(mine, truth))
    mine?.moment?.setTime(0)
    mine?.bytes?.fill(7)
    mine?.ints.push(9)
    Object.assign(mine?.json ?? {}, { changed: true })
  }
})

t.test('clients with omissions of their own do not share entries', async (t) => {
  const store = memoryStore()
  const omit = { person: { email: true }, plant: { name: true } }
  const all = connectGarden(t, url, { options: { store } })
  const less = connectGarden(t, url, { options: { store }, clientOptions: { omit } })
  const read = { where: { id: 1 }, include: { grown: { orderBy: id } } }
  for (let round = 0; round < 2; round++)
    for (const { cached, plain } of [all, less])
      t.ok(isDeepStrictEqual(await cached.person.findUnique(read), await plain.person.findUnique(read)))
  t.not((await all.cached.person.findUnique(read))?.email, undefined)
  t.notOk('email' in ((await less.cached.person.findUnique(read)) ?? {}))
  const shown = { ...read, omit: { email: false } }
  t.ok(
    isDeepStrictEqual(await less.cached.person.findUnique(shown), await less.plain.person.findUnique(shown)),
  )
})

t.test('every argument that changes an answer is part of the key', async (t) => {
  const variants: object[] = [
    { where: { OR: [{ id: 1 }, { id: 2 }] } },
    { where: { OR: [{ id: 2 }, { id: 3 }] } },
    { where: { id: { in: [1, 2] } } },
    { where: { id: { in: [1n, 2] } } },
    { orderBy: [{ name: 'asc' }, { id: 'desc' }] },
    { orderBy: [{ id: 'desc' }, { name: 'asc' }] },
    { take: 1 },
    { skip: 1 },
    { where: { email: null } },
    { where: { email: 'null' } },
    { where: {} },
    { distinct: ['name'] },
    { select: { id: true } },
    { omit: { id: true } },
  ]
  const keys = variants.map((args) => {
    const plan = cached.$cache.explain('Person', 'findMany', args)
    return plan.cacheable ? plan.key : plan.reason
  })
  t.equal(new Set(keys).size, keys.length)
  for (let round = 0; round < 2; round++)
    for (const args of variants) {
      const read = (client: Client) => client.person.findMany(args)
      t.same(await outcomeOf(read, tested), await outcomeOf(read, plain))
    }
})

t.test('what is undefined in a selection hides a column, and must name one', async (t) => {
  const where = { id: 1 }
  for (const [asked, otherwise] of [
    [{ include: { labels: true } }, { include: { labels: true, code: undefined } }],
    [{ include: {} }, { include: { colour: undefined } }],
    [{ select: { id: true } }, { select: { id: true, colour: undefined } }],
  ]) {
    for (const args of [asked, otherwise]) {
      const read = (client: Client) => client.kind.findUnique({ where, ...args })
      t.same(await outcomeOf(read, tested), await outcomeOf(read, plain))
    }
  }
})

t.test('a value of a class that looks like a column is one by all that it holds', async (t) => {
  class Column {
    modelName = 'Specimen'
    name = 'json'
    typeName = 'Json'
    width: number
    constructor(width: number) {
      this.width = width
    }
    toJSON() {
      return { ...this }
    }
  }
  const json = new Column(1) as object
  const id = 50
  await cached.specimen.create({ data: { id, json } })
  for (const width of [1, 2]) {
    const equals = new Column(width) as object
    const read = (client: Client) => client.specimen.findMany({ where: { json: { equals } } })
    t.same(await read(tested), await read(plain))
  }
  await cached.specimen.delete({ where: { id } })
})

t.test('bytes that their caller uses for something else meanwhile', async (t) => {
  const [held, release] = gate()
  const [reached, isReached] = gate()
  const store = memoryStore()
  const get = async (keys: readonly string[]) => {
    isReached()
    await held
    return store.get(keys)
  }
  const { cached } = connectGarden(t, url, { options: { store: { ...store, get } } })
  const bytes = Buffer.from([0, 255, 128])
  const find = (bytes: Uint8Array<ArrayBuffer>) => cached.specimen.findMany({ where: { bytes } })
  const asked = find(bytes).then()
  await reached
  bytes.fill(0)
  release()
  const found = await plain.specimen.findMany({ where: { bytes: new Uint8Array([0, 255, 128]) } })
  t.equal(found.length, 1)
  t.same(await asked, found)
  t.same(await find(Buffer.from([0, 255, 128])), found)
})

t.test('a text that the database changes as it stores it is one key with what it becomes', async (t) => {
  const where = [{ varchar: 'padded' }, { varchar: 'padded  ' }, { varchar: 'half \ufffd' }]
  const read = () => Promise.all(where.map((unique) => cached.specimen.findUnique({ where: unique })))
  t.same(await read(), [null, null, null])
  await cached.specimen.createMany({
    data: [
      { id: 6, varchar: 'padded     ' },
      { id: 7, varchar: 'half \ud800' },
    ],
  })
  const truth = await Promise.all(where.map((unique) => plain.specimen.findUnique({ where: unique })))
  t.same(await read(), truth)
  t.ok(truth.some(Boolean))
})
