import { PrismaPg } from '@prisma/adapter-pg'
import t from 'tap'
import {
  computedFieldsOf,
  dataPathOf,
  fieldTypesOf,
  globalOmitOf,
  transactionIdOf,
  transactionOf,
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
