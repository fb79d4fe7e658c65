import { PrismaPg } from '@prisma/adapter-pg'
import t from 'tap'
import {
  argsOf,
  askBeside,
  computedFieldsOf,
  dataPathOf,
  fieldTypesOf,
  globalOmitOf,
  parentOf,
  setParent,
  transactionIdOf,
  transactionOf,
  transactionTimeoutOf,
} from '../../src/cache/prisma-internals.ts'
import { PrismaClient } from '../../src/generated/prisma/client.ts'
import { createDatabase } from '../support/database.ts'

const adapter = new PrismaPg(await createDatabase(t))
const plain = new PrismaClient({ adapter, omit: { book: { isbn: true } } })
t.teardown(() => plain.$disconnect())
const calls: object[] = []
const client = plain.$extends({
  query: {
    $allOperations(call) {
      calls.push(call)
      return call.query(call.args)
    },
  },
})
const callOf = async (work: () => Promise<unknown>): Promise<object> => {
  calls.length = 0
  await work()
  const [call] = calls
  if (!call) throw new Error('the extension was not called')
  return call
}

t.test('a query extension is told of its transaction', async (t) => {
  t.equal(transactionOf(await callOf(() => client.book.count())), undefined)
  t.same(transactionOf(await callOf(() => client.$transaction([client.book.count()]))), { kind: 'batch' })
  let id: string | undefined
  const call = await callOf(() =>
    client.$transaction((tx) => {
      id = transactionIdOf(tx)
      return tx.book.count()
    }),
  )
  t.same(transactionOf(call), { kind: 'itx', id })
  t.type(id, 'string')
  t.equal(transactionIdOf(client), undefined)
})

t.test('how long a transaction may take', async (t) => {
  const patient = new PrismaClient({ adapter, transactionOptions: { timeout: 7 } })
  t.equal(transactionTimeoutOf(client, undefined), 5000)
  t.equal(transactionTimeoutOf(patient.$extends({}), { maxWait: 1 }), 7)
  t.equal(transactionTimeoutOf(patient, { timeout: 8 }), 8)
  t.equal(transactionTimeoutOf(patient, { timeout: '9' }), 9)
  t.equal(transactionTimeoutOf(patient, { timeout: null }), 7)
})

t.test('a query extension is told the path of a fluent call', async (t) => {
  t.same(dataPathOf(await callOf(() => client.book.findMany())), [])
  t.same(dataPathOf(await callOf(() => client.book.findUnique({ where: { id: 1 } }).authors())), [
    'select',
    'authors',
  ])
})

t.test('a client shows its own omissions', async (t) => {
  t.same(globalOmitOf(plain), { book: { isbn: true } })
})

t.test('a client shows the columns that its computed fields need', async (t) => {
  const initials = { needs: { name: true }, compute: ({ name }: { name: string }) => name.charAt(0) }
  const computing = plain.$extends({ result: { author: { initials } } })
  t.same(computedFieldsOf(computing, ['Author', 'Book']), { Author: { initials: ['name'] } })
  t.same(computedFieldsOf(plain, ['Author', 'Book']), {})
})

t.test('a client can be given a $transaction and an $extends of ours', async (t) => {
  const overrides = { $transaction: () => 'ours', $extends: () => 'ours' }
  const overridden: typeof overrides = plain.$extends({ client: overrides })
  t.equal(overridden.$extends(), 'ours')
  t.equal(overridden.$transaction(), 'ours')
})

t.test('a client shows its models, their fields and of what type they are', async (t) => {
  t.same(fieldTypesOf(plain).Author, { id: 'Int', name: 'String', books: 'Book' })
})

t.test('a call shows the very arguments that it was made with, and may be asked with others', async (t) => {
  class Titled {
    toJSON() {
      return 'of its class'
    }
  }
  const seen: object[] = []
  const seeing = plain.$extends({
    query: {
      book: {
        findFirst(call) {
          seen.push(argsOf(call))
          return call.query(call.args)
        },
      },
    },
  })
  const copied = { where: { title: 'x' } }
  await seeing.book.findFirst(copied)
  const kept = { where: { title: new Titled() as unknown as string } }
  await seeing.book.findFirst(kept).catch(() => {})
  t.not(seen[0], copied)
  t.same(seen[0], copied)
  t.equal((seen[1] as typeof kept).where.title, kept.where.title)

  const computing = plain.$extends({
    result: { author: { loud: { needs: { name: true }, compute: ({ name }) => name.toUpperCase() } } },
    query: {
      author: { create: (call) => askBeside(call, { ...call.args, select: { id: true, name: true } }) },
    },
  })
  const created: object = await computing.author.create({ data: { name: 'x' }, select: { loud: true } })
  t.same(
    [Object.keys(created), 'name' in created],
    [['id', 'loud'], false],
    'Prisma hides what is only needed',
  )
})

t.test(
  'a client can be given another parent, which its models and its transactions have as well',
  async (t) => {
    const child = plain.$extends({ name: 'child' })
    t.equal(parentOf(plain), plain)
    t.equal(parentOf(child), plain)
    setParent(child, () => child)
    const seen = (of: object) => (of as { $parent: unknown }).$parent
    t.equal(seen(child), child)
    t.equal(seen(child.book), child)
    await child.$transaction(async (tx) => t.ok(transactionIdOf(Object(seen(tx)))))
  },
)
