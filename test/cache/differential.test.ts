import t from 'tap'
import { createClients } from './../support/client.ts'

const { cached, plain } = await createClients(t)
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
t.comment(`SEED=${seed} reproduces this run`)

let state = seed
/** A whole number from 1 to `most`. */
function random(most: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) | 0
  return ((((state >>> 8) % most) + most) % most) + 1
}
const id = () => random(5)
const isbn = () => `000000000${random(4)}`
const any = <T>(choices: readonly T[]): T => choices[random(choices.length) - 1] as T

type Client = typeof plain
// The extended client has the same methods, under a type of its own.
const tested = cached as unknown as Client
type Step = (client: Client) => Promise<unknown>

function randomRead(): Step {
  const [a, b, rating] = [id(), id(), random(5)]
  const text = isbn()
  return any<Step>([
    (c) =>
      c.book.findUnique({
        where: { id: a },
        include: { authors: { orderBy: { id: 'asc' } }, reviews: { orderBy: { id: 'asc' } } },
      }),
    (c) => c.book.findUnique({ where: { isbn: text }, select: { title: true, _count: true } }),
    (c) => c.book.findMany({ where: { OR: [{ id: a }, { isbn: text }] }, orderBy: { id: 'asc' } }),
    (c) =>
      c.book.findMany({
        where: { id: { in: [a, b] } },
        include: { _count: { select: { reviews: { where: { rating } } } } },
        orderBy: { id: 'asc' },
      }),
    (c) =>
      c.book.findMany({ where: { reviews: { every: { rating: { gt: rating } } } }, orderBy: { id: 'asc' } }),
    (c) =>
      c.book.findMany({
        where: { authors: { none: { id: a } } },
        orderBy: [{ reviews: { _count: 'desc' } }, { id: 'asc' }],
      }),
    (c) =>
      c.review.findMany({
        where: { bookId: a },
        include: { book: { include: { authors: { orderBy: { id: 'asc' } } } } },
        orderBy: { id: 'asc' },
      }),
    (c) => c.review.findMany({ where: { book: { isbn: text } }, orderBy: { id: 'asc' } }),
    (c) =>
      c.review.aggregate({
        where: { bookId: a },
        _avg: { rating: true },
        _count: true,
        _max: { createdAt: true },
      }),
    (c) => c.review.groupBy({ by: ['bookId'], _sum: { rating: true }, orderBy: { bookId: 'asc' } }),
    (c) =>
      c.author
        .findUnique({ where: { id: a } })
        .books({ orderBy: { id: 'asc' }, where: { isbn: { not: null } } }),
    (c) => c.author.findMany({ where: { books: { some: { id: b } } }, orderBy: { id: 'asc' } }),
    (c) => c.author.count({ where: { books: { some: { reviews: { some: { rating } } } } } }),
    (c) => c.book.findMany({ cursor: { id: a }, take: 2, orderBy: [{ ratingsCount: 'asc' }, { id: 'asc' }] }),
  ])
}

function randomWrite(): Step {
  const [a, b, rating] = [id(), id(), random(5)]
  const text = any([isbn(), null])
  const reviewer = `r${rating}`
  return any<Step>([
    (c) =>
      c.book.create({
        data: { id: a, title: reviewer, isbn: text, reviews: { create: { rating, reviewer } } },
      }),
    (c) => c.book.update({ where: { id: a }, data: { title: reviewer, ratingsCount: rating } }),
    (c) => c.book.update({ where: { id: a }, data: { isbn: text }, select: { title: true } }),
    (c) => c.book.update({ where: { id: a }, data: { authors: { set: [], connect: [{ id: b }] } } }),
    (c) =>
      c.book.update({
        where: { id: a },
        data: { authors: { connectOrCreate: { where: { id: b }, create: { id: b, name: reviewer } } } },
      }),
    (c) =>
      c.book.update({
        where: { id: a },
        data: { reviews: { updateMany: { where: { rating: { gt: rating } }, data: { rating } } } },
      }),
    (c) =>
      c.book.update({
        where: { id: a },
        data: { reviews: { createMany: { data: [{ rating, reviewer }] }, deleteMany: { rating: b } } },
      }),
    (c) => c.book.update({ where: { id: a }, data: { id: b } }),
    (c) =>
      c.book.upsert({
        where: { id: a },
        create: { id: a, title: reviewer },
        update: { isbn: text, reviews: { deleteMany: {} } },
      }),
    (c) => c.book.updateMany({ where: { id: { in: [a, b] } }, data: { ratingsCount: { increment: 1 } } }),
    (c) => c.book.delete({ where: { id: a }, select: { title: true } }),
    (c) => c.book.deleteMany({ where: { isbn: text } }),
    (c) => c.author.create({ data: { id: a, name: reviewer, books: { connect: { id: b } } } }),
    (c) => c.author.update({ where: { id: a }, data: { books: { disconnect: { id: b } } } }),
    (c) =>
      c.author.update({
        where: { id: a },
        data: {
          name: reviewer,
          books: {
            update: {
              where: { id: b },
              data: { title: 'nested', reviews: { create: { rating, reviewer } } },
            },
          },
        },
      }),
    (c) => c.author.delete({ where: { id: a } }),
    (c) =>
      c.review.create({
        data: {
          rating,
          reviewer,
          book: { connectOrCreate: { where: { id: a }, create: { id: a, title: 'made' } } },
        },
      }),
    (c) => c.review.updateMany({ where: { bookId: a }, data: { bookId: b } }),
    (c) => c.review.deleteMany({ where: { bookId: a, rating } }),
    (c) => c.$executeRaw`UPDATE "Review" SET "rating" = ${rating} WHERE "bookId" = ${a}`,
    (c) =>
      c.$transaction([c.book.count(), c.book.updateMany({ where: { id: a }, data: { title: 'batch' } })]),
    (c) =>
      c.$transaction(async (tx) => {
        await tx.book.update({ where: { id: a }, data: { title: 'in a transaction' } })
        await tx.review.deleteMany({ where: { bookId: b } })
        if (rating < 3) throw new Error('rolled back')
      }),
  ])
}

t.test('whatever is written, a cached client answers as an uncached one', async (t) => {
  let failedWrites = 0
  const kept: Step[] = []
  for (let step = 0; step < 600; step++) {
    kept.push(randomRead())
    if (kept.length > 8) kept.shift()
    for (const read of kept) await read(tested)
    await randomWrite()(tested).catch(() => failedWrites++)
    for (const [index, read] of kept.entries()) {
      const [answer, truth] = [await read(tested), await read(plain)]
      if (!t.strictSame(answer, truth, `step ${step}, read ${index}: ${read}`)) return
    }
  }
  const { reads } = cached.$cache.stats()
  t.comment(`${JSON.stringify(reads)}, ${failedWrites} writes were refused`)
  t.ok(reads.hit > reads.stored / 4, 'it does not answer by dropping everything')
  t.ok(failedWrites < 480, 'most kinds of writes take place')
})
