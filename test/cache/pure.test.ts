import { Decimal } from '@prisma/client/runtime/client'
import type { DMMF } from '@prisma/generator-helper'
import fc from 'fast-check'
import t from 'tap'
import { argumentText } from '../../src/cache/argument-key.ts'
import { decode, encode } from '../../src/cache/codec.ts'
import { factsOfDmmf } from '../../src/cache/facts-of-dmmf.ts'
import { memoryStore } from '../../src/cache/memory-store.ts'
import { settingsOf } from '../../src/cache/options.ts'
import { planRead } from '../../src/cache/plan.ts'
import { touchesOfRaw } from '../../src/cache/raw-tags.ts'
import { tagsOfRead } from '../../src/cache/read-tags.ts'
import type { CacheSchema, FieldFacts } from '../../src/cache/schema-facts.ts'
import { touchesOfWrite } from '../../src/cache/write-tags.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'

const read = (model: string, operation: string, args: unknown) =>
  [...tagsOfRead(schema, model, operation, args)].sort()
const write = (model: string, operation: string, args: unknown, result?: unknown) =>
  [...touchesOfWrite(schema, model, operation, args, result).tags].sort()

t.test('a read depends on the row sets that its where pins, else on the table', async (t) => {
  t.same(read('Book', 'findUnique', { where: { id: 7 } }), ['Book[id=*]', 'Book[id=7]'])
  t.same(read('Book', 'findFirst', { where: { AND: [{ id: { equals: 7 } }, { title: 'x' }] } }), [
    'Book[id=*]',
    'Book[id=7]',
  ])
  t.same(read('Book', 'findMany', { where: { id: { in: [1, 2] } } }), [
    'Book[id=*]',
    'Book[id=1]',
    'Book[id=2]',
  ])
  t.same(read('Book', 'findMany', { where: { OR: [{ id: 1 }, { isbn: 'x' }] } }), [
    'Book[id=*]',
    'Book[id=1]',
    'Book[isbn="x"]',
    'Book[isbn=*]',
  ])
  t.same(read('Book', 'findMany', { where: { OR: [{ id: 1 }, { title: 'x' }] } }), ['Book'])
  t.same(read('Book', 'findMany', { where: { NOT: { id: 1 } } }), ['Book'])
  t.same(read('Book', 'findMany', { where: { isbn: { equals: 'x', mode: 'insensitive' } } }), ['Book'])
  t.same(read('Book', 'findMany', { where: { id: { in: Array.from({ length: 99 }, (_, i) => i) } } }), [
    'Book',
  ])
  t.same(read('Book', 'findMany', undefined), ['Book'])
})

t.test('relations are pinned where the schema tells their key', async (t) => {
  t.same(read('Book', 'findUnique', { where: { id: 7 }, include: { reviews: true } }), [
    'Book[id=*]',
    'Book[id=7]',
    'Review[bookId=*]',
    'Review[bookId=7]',
  ])
  t.same(read('Review', 'findMany', { where: { bookId: 7 }, include: { book: true } }), [
    'Book[id=*]',
    'Book[id=7]',
    'Review[bookId=*]',
    'Review[bookId=7]',
  ])
  t.same(read('Review', 'findMany', { where: { book: { id: 7 } } }), [
    'Book[id=*]',
    'Book[id=7]',
    'Review[bookId=*]',
    'Review[bookId=7]',
  ])
  t.same(
    read('Book', 'findUnique', { where: { id: 7 }, select: { _count: { select: { authors: true } } } }),
    [
      'Author[joined]',
      'Book[id=*]',
      'Book[id=7]',
      '_AuthorToBook[Book.authors=*]',
      '_AuthorToBook[Book.authors=7]',
    ],
  )
  t.same(read('Author', 'findMany', { orderBy: { books: { _count: 'asc' } } }), [
    'Author',
    'Book[joined]',
    '_AuthorToBook',
  ])
})

t.test('a condition narrows down the rows that satisfy it, and not those that must not', async (t) => {
  const reviews = (filter: object) => read('Book', 'findMany', { where: { reviews: filter } })
  t.notOk(reviews({ some: { id: 1 } }).includes('Review'))
  t.notOk(reviews({ none: { id: 1 } }).includes('Review'))
  t.ok(reviews({ every: { id: 1 } }).includes('Review'))
  t.ok(reviews({ some: { NOT: { id: 1 } } }).includes('Review'))
  t.ok(read('Review', 'findMany', { where: { book: { isNot: { id: 1 } } } }).includes('Review'))
})

t.test(
  'a write touches the table and the row sets of its row, and sweeps only what may have moved',
  async (t) => {
    const row = { id: 7, isbn: null, sourceId: null, title: 'x' }
    t.same(write('Book', 'update', { where: { id: 7 }, data: { title: 'x' } }, row), [
      'Book',
      'Book[id=7]',
      'Book[isbn=null]',
      'Book[joined]',
      'Book[sourceId=null]',
    ])
    t.same(write('Book', 'update', { where: { id: 7 }, data: { isbn: null } }, row), [
      'Book',
      'Book[id=7]',
      'Book[isbn=*]',
      'Book[joined]',
      'Book[sourceId=null]',
    ])
    t.same(write('Review', 'updateMany', { where: { bookId: 7 }, data: { text: 'x' } }, { count: 1 }), [
      'Review',
      'Review[bookId=7]',
      'Review[id=*]',
    ])
  },
)

t.test('what is moved out of a row set is moved into one that nobody names', async (t) => {
  t.ok(
    write('Review', 'updateMany', { where: { bookId: 7 }, data: { bookId: 8 } }).includes('Review[bookId=*]'),
  )
  t.ok(write('Book', 'update', { where: { isbn: 'x' }, data: { isbn: 'y' } }).includes('Book[isbn=*]'))
})

t.test('an empty set unlinks what nobody names', async (t) => {
  const row = { id: 7, isbn: null, sourceId: null }
  const tags = write('Book', 'update', { where: { id: 7 }, data: { reviews: { set: [] } } }, row)
  for (const tag of ['Review', 'Review[id=*]', 'Review[bookId=*]']) t.ok(tags.includes(tag), tag)
  const rejoined = write('Book', 'update', { where: { id: 7 }, data: { authors: { set: [] } } }, row)
  for (const tag of ['_AuthorToBook[Book.authors=7]', '_AuthorToBook[Author.books=*]'])
    t.ok(rejoined.includes(tag), tag)
})

t.test('what a row’s own foreign key no longer tells of is swept', async (t) => {
  const row = { id: 1, bookId: 5 }
  const nested = (book: object) => write('Review', 'update', { where: { id: 1 }, data: { book } }, row)
  t.ok(nested({ delete: true }).includes('Book[id=*]'), 'the row that was deleted is another one')
  const several = nested({ update: { title: 'x' }, connect: { id: 5 } })
  t.ok(several.includes('Book[id=*]'), 'the row may have been updated before the other was connected')
  t.ok(nested({ update: { title: 'x' } }).includes('Book[id=*]'), 'or it led elsewhere when it was followed')
  const named = nested({ update: { where: { id: 5 }, data: { title: 'x' } } })
  t.ok(named.includes('Book[id=5]'))
  t.notOk(named.includes('Book[id=*]'))
})

t.test('a row that is made is told by its data where its link tells of another one', async (t) => {
  const several = { create: { title: 'x' }, connect: { id: 5 } }
  const made = write('Review', 'create', { data: { book: several } }, { id: 1, bookId: 5 })
  t.ok(made.includes('Book[id=*]'), 'the result shows what was connected last')
  const second = { id: 51, title: 'y', reviews: { connect: { id: 1 } } }
  const first = { id: 50, title: 'x', authors: { create: { name: 'n', books: { create: second } } } }
  const moved = write(
    'Review',
    'update',
    { where: { id: 1 }, data: { book: { create: first } } },
    { id: 1, bookId: 51 },
  )
  t.ok(moved.includes('Book[id=50]'), 'the result shows what was connected deeper')
})

t.test('a delete reaches what cascades', async (t) => {
  const tags = write('Book', 'delete', { where: { id: 7 } }, { id: 7, isbn: 'i', sourceId: 's' })
  for (const tag of [
    'Review',
    'Review[bookId=7]',
    'Review[id=*]',
    '_AuthorToBook',
    '_AuthorToBook[Book.authors=7]',
  ])
    t.ok(tags.includes(tag), tag)
})

t.test('a foreign key tells of its parent also where the two columns are of different types', async (t) => {
  const column = (native?: string): FieldFacts => ({ type: 'String', ...(native && { native }) })
  const key = { from: ['name'], to: ['name'], onDelete: 'Cascade', onUpdate: 'Cascade' } as const
  const schemaOf = (parent: string, child: string): CacheSchema => ({
    fingerprint: '',
    models: {
      Parent: {
        table: 'Parent',
        id: [],
        keys: parent === 'Citext' ? [] : [['name']],
        compounds: {},
        fields: { name: column(parent), children: { model: 'Child', list: true, opposite: 'parent' } },
      },
      Child: {
        table: 'Child',
        id: [],
        keys: [['name']],
        compounds: {},
        fields: { name: column(child), parent: { model: 'Parent', opposite: 'children', key } },
      },
    },
  })
  const children = { where: { name: 'a ' }, include: { children: true } }
  const texts = schemaOf('Text', 'VarChar')
  const kept = tagsOfRead(texts, 'Parent', 'findUnique', children)
  t.ok(
    [...touchesOfWrite(texts, 'Child', 'create', { data: { name: 'a ' } }).tags].some((tag) => kept.has(tag)),
    'as the trailing space that a text column keeps may be one too many for a varchar',
  )
  const citext = schemaOf('Citext', 'Text')
  t.ok(tagsOfRead(citext, 'Parent', 'findFirst', children).has('Child'), 'a citext pins nothing')
  t.ok(tagsOfRead(citext, 'Child', 'findMany', { where: { parent: { name: 'a' } } }).has('Child'))
})

t.test('where a foreign key is hidden, what may cascade over it touches everything', async (t) => {
  const hiding: CacheSchema = { ...schema, hiddenKeys: true }
  const tags = (operation: string, args: object) =>
    touchesOfWrite(hiding, 'Book', operation, args, { id: 7 }).tags
  t.ok(tags('delete', { where: { id: 7 } }).has('Author[id=*]'))
  t.ok(tags('update', { where: { id: 7 }, data: { id: 8 } }).has('Author[id=*]'))
  t.notOk(tags('update', { where: { id: 7 }, data: { title: 'x' } }).has('Author[id=*]'))
  const datamodel = { models: [], enums: [], types: [], indexes: [] }
  const hides = (field: string) => factsOfDmmf(datamodel, `model A {\n ${field}\n}`).hiddenKeys ?? false
  t.equal(hides('b B @relation(fields: [bId], references: [id]) @ignore'), true)
  t.equal(hides('b B @ignore @relation("x // y",\n  fields: [bId],\n  references: [id])'), true)
  t.equal(hides('b B @relation(fields: [bId], references: [id]) // @ignore'), false)
  t.equal(hides('bs B[] @ignore'), false)
  t.equal(hides('note String @ignore\n b B @relation(fields: [bId], references: [id])'), false)
})

t.test('a write that the cache does not know touches everything, and does not throw', async (t) => {
  const everything = ['Author[id=*]', 'Book[id=*]', 'Review[id=*]', '_AuthorToBook']
  for (const tags of [
    write('Book', 'moveToShelf', { where: { id: 7 } }, { id: 7 }),
    write('Book', 'update', { where: { id: 7 }, data: { reviews: { moveTo: { id: 1 } } } }, { id: 7 }),
  ])
    t.same(
      everything.filter((tag) => !tags.includes(tag)),
      [],
    )
})

t.test('raw statements touch the tables that they name, or all', async (t) => {
  const raw = (operation: string, text: string) => touchesOfRaw(schema, operation, [text]).tags
  t.equal(raw('$queryRawUnsafe', 'SELECT * FROM "Book"').size, 0)
  t.ok(raw('$executeRawUnsafe', 'update "Review" set rating = 1').has('Review'))
  t.notOk(raw('$executeRawUnsafe', 'update "Review" set rating = 1').has('Book'))
  t.ok(raw('$queryRawUnsafe', 'WITH x AS (DELETE FROM "Author" RETURNING *) SELECT 1').has('Author'))
  t.equal(raw('$queryRaw', 'SELECT * FROM "Book" WHERE id = $1 FOR UPDATE').size, 0)
  t.equal(raw('$queryRaw', 'SELECT id FROM "Book" FOR NO KEY UPDATE SKIP LOCKED').size, 0)
  t.equal(raw('$executeRaw', "SELECT set_config('app.tenant', $1, true)").size, 0)
  t.equal(raw('$executeRaw', 'SET LOCAL statement_timeout = 5000').size, 0)
  const upsert = raw(
    '$executeRaw',
    'INSERT INTO public."Book" (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET title = $2',
  )
  t.ok(upsert.has('Book'))
  t.notOk(upsert.has('Author'))
  t.notOk(raw('$executeRaw', 'DELETE FROM ONLY "Review" WHERE "bookId" = $1').has('Author'))
  for (const text of [
    'UPDATE "BookView" SET title = $1',
    'INSERT INTO review_view SELECT * FROM "Book"',
    'UPDATE /* "Book" */ other SET x = 1',
    'WITH gone AS (DELETE FROM elsewhere RETURNING id) DELETE FROM "Review" USING gone',
    'SELECT write_something()',
    'CALL p()',
    'TRUNCATE "Author" CASCADE',
    'DELETE FROM elsewhere',
    'DO $$ BEGIN END $$',
    'UPDATE"BookView"SET title = $1 WHERE "id" IN (SELECT id FROM "Book")',
    'DELETE FROM ONLY (elsewhere) USING "Book"',
    'COMMIT PREPARED $1',
    'SELECT 1 -- as they ask for\nUPDATE elsewhere SET x = \'--\', y = (SELECT 1 FROM "Book")',
    `WITH a AS (UPDATE "Book" SET title = '/*'), b AS (DELETE FROM elsewhere WHERE x = '*/') SELECT 1`,
    `WITH a AS (UPDATE "Book" SET title = '--'), b AS (DELETE FROM elsewhere) SELECT 1`,
    `WITH a AS (UPDATE "Book" SET title = e'\\'--'), b AS (DELETE FROM elsewhere) SELECT 1`,
    `WITH a AS (UPDATE "Book" SET title = $a$ '-- $a$), b AS (DELETE FROM elsewhere) SELECT 1`,
    `/* /* */ ' */ WITH a AS (UPDATE "Book" SET title = '-- '), b AS (DELETE FROM elsewhere) SELECT 1`,
  ])
    t.ok(
      ['Author', 'Book', 'Review', '_AuthorToBook'].every((tag) => raw('$executeRawUnsafe', text).has(tag)),
      text,
    )
  // Whatever may look like the start of a comment.
  for (const text of ["E'a'\n'b\\' -- '", '$é$ -- $é$', "k$a$ '$a$ -- '", "'/*'"])
    t.ok(
      raw('$executeRaw', `WITH a AS (UPDATE "Book" SET title = ${text}) UPDATE "Author" SET name = '*/'`).has(
        'Author',
      ),
      text,
    )
})

t.test('relations of one name, between other models each, are told apart', async (t) => {
  const relation = (name: string, type: string, more: object = {}) =>
    ({ name, type, kind: 'object', relationName: 'Owner', isList: false, ...more }) as DMMF.Field
  const id = { name: 'id', type: 'Int', kind: 'scalar', isId: true, isRequired: true } as DMMF.Field
  const owner = relation('owner', 'Person', { relationFromFields: ['id'], relationToFields: ['id'] })
  const model = (name: string, ...fields: DMMF.Field[]) =>
    ({
      name,
      fields: [id, ...fields],
      uniqueFields: [],
      uniqueIndexes: [],
      primaryKey: null,
      dbName: null,
    }) as unknown as DMMF.Model
  const models = [
    model('Person', relation('shops', 'Shop', { isList: true }), relation('car', 'Car')),
    model('Shop', owner),
    model('Car', owner),
  ]
  const { models: facts } = factsOfDmmf({ models, enums: [], types: [], indexes: [] }, '')
  t.match(facts.Car?.fields.owner, { opposite: 'car' })
  t.match(facts.Shop?.fields.owner, { opposite: 'shops' })
})

t.test('a view is not a field of that name', async (t) => {
  const models = ['Page', 'Layout'].map(
    (name) => ({ name, fields: [], uniqueFields: [], uniqueIndexes: [] }) as unknown as DMMF.Model,
  )
  const { models: facts } = factsOfDmmf(
    { models, enums: [], types: [], indexes: [] },
    'model Page {\n  view Layout\n}\n view Page{\n}',
  )
  t.match(facts, { Page: { view: true }, Layout: { view: undefined } })
})

t.test('a column whose default names another column is generated', async (t) => {
  const scalar = (name: string, more: object = {}) => ({ name, kind: 'scalar', type: 'String', ...more })
  const by = (...args: string[]) => ({ default: { name: 'dbgenerated', args } })
  const fields = [
    scalar('title', { dbName: 'name' }),
    scalar('slug', by('lower((name)::text)')),
    scalar('unknown', by()),
    scalar('token', by('gen_random_uuid()')),
    scalar('rename', by("'renames'::text")),
  ]
  const model = { name: 'Page', fields, uniqueFields: [], uniqueIndexes: [] } as unknown as DMMF.Model
  const { models } = factsOfDmmf({ models: [model], enums: [], types: [], indexes: [] }, '')
  const generated = Object.entries(models.Page?.fields ?? {}).filter(([, field]) => 'generated' in field)
  t.same(
    generated.map(([name]) => name),
    ['slug', 'unknown'],
  )
})

t.test('a schema without foreign keys is refused', async (t) => {
  const datamodel = { models: [], enums: [], types: [], indexes: [] }
  t.throws(() => factsOfDmmf(datamodel, 'datasource db {\n  relationMode = "prisma"\n}'), /relationMode/)
})

t.test('a key that the database works out is swept with every update', async (t) => {
  const { Author } = schema.models
  if (!Author) throw new Error('the books have authors')
  const lower: FieldFacts = { type: 'String', generated: true }
  const generating = {
    ...schema,
    models: {
      ...schema.models,
      Author: { ...Author, keys: [['id'], ['lower']], fields: { ...Author.fields, lower } },
    },
  }
  const args = { where: { id: 1 }, data: { name: 'N' } }
  // Also where what it is worked out from is volatile.
  for (const volatile of [[], ['name']]) {
    const of = new Map([['Author', new Set(volatile)]])
    const tags = touchesOfWrite(generating, 'Author', 'update', args, { id: 1, lower: 'n' }, of).tags
    t.ok(tags.has('Author[lower=*]'))
    t.notOk(tags.has('Author[id=*]'))
  }
})

t.test('arguments of different types or kinds have different texts', async (t) => {
  const values = [
    1,
    '1',
    1n,
    '1n',
    -0,
    0,
    true,
    'true',
    null,
    'null',
    [],
    {},
    [1],
    ['1'],
    new Date(0),
    new Date(0).toISOString(),
    new Decimal(1),
    new Uint8Array([1]),
    Buffer.from([1]),
    Prisma.DbNull,
    Prisma.JsonNull,
    Prisma.AnyNull,
    [[]],
    [{}],
    { a: null },
    { a: 1 },
    { a: { b: 1 } },
    'date 0',
    Number.NaN,
    'NaN',
  ]
  const texts = new Set(values.map(argumentText))
  t.equal(texts.size, values.length)
})

t.test(
  'a decimal has one text, which is not as long as the number, and a plain object is none',
  async (t) => {
    t.equal(argumentText(new Decimal('1.50e3')), argumentText(new Decimal(1500)))
    t.not(argumentText(new Decimal('1e30')), argumentText(new Decimal('1e31')))
    t.ok(argumentText(new Decimal('1e1000000')).length < 30)
    t.equal(argumentText({ toStringTag: '[object Decimal]' }), '{"toStringTag":"[object Decimal]"}')
  },
)

t.test('the order of properties makes no difference to a text', async (_t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse())
      return argumentText(object) === argumentText(reversed)
    }),
  )
})

const field = (type: string, list?: true): FieldFacts => ({ type, ...(list && { list }) })
const types = ['Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Bytes', 'Json', 'Boolean', 'String', 'Enum']
const everything: CacheSchema = {
  fingerprint: 'test',
  models: {
    All: {
      table: 'All',
      id: [],
      keys: [],
      compounds: {},
      fields: Object.fromEntries(
        types.flatMap((type) => [
          [type, field(type)],
          [`${type}s`, field(type, true)],
        ]),
      ),
    },
  },
}

t.test('a query has one key however it is written, and an invalid one not that of a valid one', async (t) => {
  const lens = { omit: undefined, computed: {}, strict: false }
  const settings = settingsOf({ schema, store: memoryStore() })
  const key = (operation: string, args: unknown, strict = false) => {
    const plan = planRead(settings, {
      model: 'Book',
      operation,
      args,
      dataPath: [],
      lens: { ...lens, strict },
    })
    return plan.cacheable ? plan.key : plan.reason
  }
  const same: [unknown, unknown][] = [
    [{ where: { id: 7, title: 'x' } }, { where: { title: { equals: 'x' }, id: { equals: 7 } } }],
    [{ where: { isbn: null } }, { where: { isbn: { equals: null, not: undefined } } }],
    [{}, { where: undefined, include: undefined }],
    [
      { include: { reviews: { where: { OR: [{ rating: 1 }] } } } },
      { include: { reviews: { where: { OR: [{ rating: { equals: 1 } }] } } } },
    ],
    [
      { select: { _count: { select: { authors: { where: { name: 'x' } } } } } },
      { select: { _count: { select: { authors: { where: { name: { equals: 'x' } } } } } } },
    ],
    [
      { where: { reviews: { some: { book: { is: { id: 1 } } } } } },
      { where: { reviews: { some: { book: { is: { id: { equals: 1 } } } } } } },
    ],
  ]
  for (const [one, other] of same) t.equal(key('findMany', one), key('findMany', other))
  const reference = { modelName: 'Book', name: 'isbn', typeName: 'String' }
  const different: [unknown, unknown][] = [
    [{ where: { title: 'x' } }, { where: { title: { equals: 'x', mode: 'insensitive' } } }],
    [{ where: { title: 'x' } }, { where: { title: { not: 'x' } } }],
    [{ where: { id: 7 } }, { where: { id: '7' } }],
    [
      { where: { title: Object.create(reference) } },
      { where: { title: { equals: Object.create(reference) } } },
    ],
    [{}, 'x'],
    [{ include: { authors: true } }, { select: { authors: true } }],
  ]
  for (const [one, other] of different) t.not(key('findMany', one), key('findMany', other))
  t.not(key('findUnique', { where: { id: 7 } }), key('findUnique', { where: { id: { equals: 7 } } }))
  t.equal(key('findMany', { where: { id: undefined } }, true), 'an argument is undefined')
  t.match(key('findMany', { where: { id: 1 } }, true), /^hotshelf:e:/)
})

t.test('every scalar comes back as it was, with its prototype', async (t) => {
  const shape = { schema: everything, model: 'All', operation: 'findMany', args: {}, dataPath: [] }
  const row = {
    Int: 1,
    BigInt: 2n ** 62n,
    Float: 0.1,
    Floats: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e300],
    Decimal: new Decimal('1234567890.123456789012345678901234567890'),
    Decimals: [new Decimal('0.00'), new Decimal('NaN')],
    DateTime: new Date('-000044-03-15T00:00:00.000Z'),
    DateTimes: [new Date(0), new Date('+012345-01-01T00:00:00.000Z')],
    Bytes: new Uint8Array([0, 255]),
    Bytess: [new Uint8Array()],
    Json: JSON.parse(
      '{"__proto__":{"a":1},"$type":"Decimal","value":"1","n":[null,[],"2020-01-01T00:00:00.000Z"]}',
    ),
    Jsons: [null, 'x', [1], { a: null }],
    Boolean: false,
    String: '\n"\u2028é',
    Strings: [],
    Enum: null,
  }
  const back = decode(shape, encode(shape, [row, null]))
  t.strictSame(back, [row, null])
  const [first] = Array.isArray(back) ? back : []
  t.ok(Object.is(first.Floats[3], -0))
  t.ok(first.Decimal instanceof Decimal)
  t.equal(Object.getPrototypeOf(first.Bytes), Uint8Array.prototype)
  t.ok(Object.hasOwn(first.Json, '__proto__'))
})

t.test('what the schema does not tell of is not encoded, and a torn text is not decoded', async (t) => {
  const shape = { schema: everything, model: 'All', operation: 'findFirst', args: {}, dataPath: [] }
  for (const row of [{ other: 1 }, { Int: '1' }, { DateTime: 'x' }, { Decimal: 1 }, 7, new Date()])
    t.throws(() => encode(shape, row))
  for (const text of ['', '{"Int":1', '{"Int":"1"}', '{"Decimal":1}', '"x"'])
    t.throws(() => decode(shape, text))
})
