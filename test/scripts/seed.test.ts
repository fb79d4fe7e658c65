import { PrismaPg } from '@prisma/adapter-pg'
import t, { type Test } from 'tap'
import { SAMPLE } from '../../prisma/sample.ts'
import { prisma } from '../../scripts/services/prisma.ts'
import { PrismaClient } from '../../src/generated/prisma/client.ts'
import { BookInput } from '../../src/schemas/book.ts'
import { createValidator } from '../../src/validator.ts'
import { createApp, send } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
import { createNamespace, redisUrl } from '../support/redis.ts'
import { runScript } from '../support/script.ts'

async function createSeed(t: Test) {
  const url = await createDatabase(t)
  const database = new PrismaClient({ adapter: new PrismaPg(url) })
  t.teardown(() => database.$disconnect())
  const all = async () => [
    await database.book.findMany({
      include: { authors: { orderBy: { id: 'asc' } } },
      orderBy: { id: 'asc' },
    }),
    await database.author.findMany({ orderBy: { id: 'asc' } }),
    await database.review.findMany({ orderBy: { id: 'asc' } }),
  ]
  return { url, database, all, seed: () => runScript('prisma/seed.ts', [], { DATABASE_URL: url }) }
}

const said = (added: number) => ({
  status: 0,
  lines: [
    'REDIS_URL is not set: a service that runs meanwhile does not hear of what is written here',
    `sample: ${added} books added, ${SAMPLE.length - added} already there`,
  ],
  errors: [],
})

t.test('a second seed changes nothing', async (t) => {
  const { database, all, seed } = await createSeed(t)
  t.strictSame(await seed(), said(SAMPLE.length))
  const before = await all()
  t.strictSame(await seed(), said(0))
  t.strictSame(await all(), before)
  t.match(
    await database.book.findUnique({
      where: { sourceId: 'sample:odyssey' },
      include: { authors: true, reviews: true },
    }),
    {
      title: 'The Odyssey',
      publishedYear: -700,
      authors: [{ name: 'Homer' }],
      reviews: [{ rating: 5 }, { rating: 2 }, { rating: 4, text: null }],
    },
  )
  const names = SAMPLE.flatMap(({ authors }) => authors)
  t.equal(await database.author.count(), new Set(names).size)
})

t.test('`prisma db seed` runs it', async (t) => {
  const { url, database } = await createSeed(t)
  await prisma(url, 'db', 'seed')
  t.equal(await database.book.count(), SAMPLE.length)
})

t.test('what users made of the sample stays, and only a book that is gone comes back', async (t) => {
  const { database, all, seed } = await createSeed(t)
  await seed()
  await database.book.update({ where: { sourceId: 'sample:iliad' }, data: { title: 'Mine', isbn: null } })
  await database.author.deleteMany({ where: { name: 'Plato' } })
  await database.review.deleteMany({ where: { book: { sourceId: 'sample:odyssey' } } })
  await database.book.delete({ where: { sourceId: 'sample:moby-dick' } })
  const [books, authors, reviews] = await all()
  t.strictSame(await seed(), said(1))
  const back = await database.book.findUniqueOrThrow({
    where: { sourceId: 'sample:moby-dick' },
    include: { authors: true, reviews: true },
  })
  t.match(back, { authors: [{ name: 'Herman Melville' }], reviews: [{}, {}] })
  const { reviews: again, ...book } = back
  t.strictSame(await all(), [[...(books ?? []), book], authors, [...(reviews ?? []), ...again]])
})

t.test('a book of a user with an isbn of the sample stays the only one', async (t) => {
  const { database, seed } = await createSeed(t)
  const own = await database.book.create({ data: { title: 'Mine', isbn: '9780140268867' } })
  t.strictSame(await seed(), said(SAMPLE.length - 1))
  t.strictSame(await database.book.findUnique({ where: { isbn: '9780140268867' } }), own)
})

t.test('a running service sees the sample at once', async (t) => {
  const env = {
    DATABASE_URL: await createDatabase(t),
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
  }
  const app = await createApp(t, env)
  const empty = { body: { data: [] } }
  t.match(await send(app, 'GET', '/books'), { ...empty, cache: 'hotshelf; fwd=miss; stored' })
  t.match(await send(app, 'GET', '/books'), { ...empty, cache: 'hotshelf; hit' })
  t.match(await runScript('prisma/seed.ts', [], env), { status: 0 })
  t.match(await send(app, 'GET', '/books'), { body: { data: [{ title: 'Pride and Prejudice' }] } })
})

t.test('the books of the sample are such as the API takes', async (t) => {
  const accepts = createValidator()({ schema: BookInput, httpPart: 'body', method: 'POST', url: '/books' })
  for (const { sourceId, authors: _, reviews: __, averageRating, ...book } of SAMPLE) {
    t.equal(accepts(book), true, sourceId)
    t.match(averageRating, /^[0-4]\.\d\d$/)
  }
  t.equal(new Set(SAMPLE.map(({ sourceId }) => sourceId)).size, SAMPLE.length, 'no two have the same key')
})
