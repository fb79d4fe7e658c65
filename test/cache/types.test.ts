import t from 'tap'
import { createClients } from '../support/client.ts'

/** Whether two types are the same, and not merely assignable to each other. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>(): void => {}

const { plain, cached } = await createClients(t)
type Plain = typeof plain
type Cached = typeof cached

t.test('the extended client has the types of the plain one', async (t) => {
  const where = { id: 1 }
  const queries = <C extends Plain | Cached>(client: C) => client
  const of = { plain: queries(plain), cached: queries(cached) }

  const [a, b] = [
    of.plain.book.findUnique({ where, include: { authors: { select: { name: true } }, _count: true } }),
    of.cached.book.findUnique({ where, include: { authors: { select: { name: true } }, _count: true } }),
  ]
  holds<Same<Awaited<typeof a>, Awaited<typeof b>>>()
  const [c, d] = [
    of.plain.book.findMany({ select: { averageRating: true, createdAt: true }, take: 1 }),
    of.cached.book.findMany({ select: { averageRating: true, createdAt: true }, take: 1 }),
  ]
  holds<Same<Awaited<typeof c>, Awaited<typeof d>>>()
  const [e, f] = [
    of.plain.review.groupBy({ by: ['bookId'], _avg: { rating: true }, _count: { _all: true } }),
    of.cached.review.groupBy({ by: ['bookId'], _avg: { rating: true }, _count: { _all: true } }),
  ]
  holds<Same<Awaited<typeof e>, Awaited<typeof f>>>()
  const [g, h] = [
    of.plain.author.findUniqueOrThrow({ where }).books({ select: { title: true } }),
    of.cached.author.findUniqueOrThrow({ where }).books({ select: { title: true } }),
  ]
  holds<Same<Awaited<typeof g>, Awaited<typeof h>>>()
  t.pass('as the type check of this file says')
})

t.test('so has $transaction in both of its forms, and its client', async (t) => {
  const [a, b] = [
    plain.$transaction([plain.book.count(), plain.author.findMany()]),
    cached.$transaction([cached.book.count(), cached.author.findMany()]),
  ]
  holds<Same<Awaited<typeof a>, Awaited<typeof b>>>()
  const [c, d] = [
    plain.$transaction((tx) => tx.book.findFirst({ include: { reviews: true } }), { timeout: 5000 }),
    cached.$transaction((tx) => tx.book.findFirst({ include: { reviews: true } }), { timeout: 5000 }),
  ]
  holds<Same<Awaited<typeof c>, Awaited<typeof d>>>()
  // @ts-expect-error there is no such level
  const loose = () => cached.$transaction([cached.book.count()], { isolationLevel: 'Loose' })
  t.type(loose, Function)
  await Promise.all([a, b, c, d])
  await cached.$transaction(async (tx) => {
    // @ts-expect-error a transaction's client is not extended further
    t.equal(tx.$extends, undefined)
    t.equal(await tx.book.count(), 0)
  })
})

t.test('a read or a write with a cache option is a type error and fails, and writes nothing', async (t) => {
  const option = /Unknown argument `cache`/
  // @ts-expect-error there is no option of a query
  await t.rejects(cached.author.findMany({ cache: { ttl: 1 } }), option)
  // @ts-expect-error nor of a write
  await t.rejects(cached.author.create({ data: { name: 'x' }, cache: true }), option)
  // @ts-expect-error in no form
  await t.rejects(cached.author.updateMany({ data: { name: 'x' }, cache: { drop: ['Book'] } }), option)
  t.equal(await plain.author.count(), 0)
})
