import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import t, { type Test } from 'tap'
import type { CallEvent, Trace, WriteEvent } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { createClients } from '../support/client.ts'

/** What a channel tells from now on, until the test ends. */
function listen<T>(t: Test, channel: string): T[] {
  const heard: T[] = []
  const hear = (event: unknown) => heard.push(event as T)
  subscribe(channel, hear)
  t.teardown(() => unsubscribe(channel, hear))
  return heard
}

t.test('each call to the database is told of, and made once', async (t) => {
  const { url, connect } = await createClients(t)
  let statements = 0
  const { cached } = connect(
    {},
    new WatchedAdapter(url, (sql, run) => {
      if (/^(SELECT|INSERT)/.test(sql)) statements++
      return run()
    }),
  )
  const calls = listen<CallEvent>(t, 'hotshelf:call')
  await cached.author.create({ data: { id: 1, name: 'one' } })
  await cached.author.findMany()
  await cached.author.findMany()
  await t.rejects(cached.author.create({ data: { id: 1, name: 'again' } }))
  await cached.$transaction([cached.author.count(), cached.author.count()])
  await cached.$queryRaw`SELECT 1`
  t.match(
    calls.map(({ model, operation, failed }) => [`${model}.${operation}`, failed]),
    [
      ['Author.create', false],
      ['Author.findMany', false],
      ['Author.create', true],
      ['Author.count', false],
      ['Author.count', false],
      ['undefined.$queryRaw', false],
    ],
  )
  t.equal(statements, calls.length)
  t.ok(calls.every(({ namespace, milliseconds }) => namespace === 'hotshelf' && milliseconds > 0))
})

t.test('a drop tells how long it took', async (t) => {
  const { cached } = await createClients(t)
  const writes = listen<WriteEvent>(t, 'hotshelf:write')
  await cached.author.create({ data: { name: 'one' } })
  t.equal(writes.length, 1)
  t.match(writes[0], { namespace: 'hotshelf', delivered: true, writes: [{ model: 'Author' }] })
  t.ok(Number(writes[0]?.milliseconds) > 0)
})

t.test('who traces knows what each call and each drop is part of', async (t) => {
  const { cached } = await createClients(t)
  const within = new AsyncLocalStorage<string>()
  const begun: string[] = []
  const { start } = tracingChannel<string, Trace>('hotshelf')
  start.bindStore(within, ({ kind, operation }) => {
    const path = [within.getStore() ?? [], `${kind} ${operation}`].flat().join(' > ')
    begun.push(path)
    return path
  })
  t.teardown(() => start.unbindStore(within))
  await cached.author.create({ data: { name: 'one' } })
  await cached.author.findMany()
  await cached.author.findMany()
  await cached.$transaction(async (tx) => {
    await tx.author.count()
    await tx.author.deleteMany()
  })
  t.same(begun, [
    'write create',
    'write create > call create',
    'write create > drop drop',
    'read findMany',
    'read findMany > call findMany',
    'read findMany',
    'read count',
    'read count > call count',
    'write deleteMany',
    'write deleteMany > call deleteMany',
    'drop drop',
  ])
})
