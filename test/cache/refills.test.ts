import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { ReadEvent } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { createClients, observe } from '../support/client.ts'
import { gate } from '../support/gate.ts'

/** Tells when the database has been asked by nobody. */
async function createRefilled(refill: number) {
  const { url, plain, connect } = await createClients(t, { refill })
  const asked = new EventEmitter()
  let held: Promise<void> = Promise.resolve()
  const adapter = new WatchedAdapter(url, async (sql, run) => {
    if (sql.startsWith('SELECT')) await held
    const result = await run()
    if (sql.startsWith('SELECT')) asked.emit('asked')
    return result
  })
  const { cached } = connect({}, adapter)
  const authors = await plain.author.createManyAndReturn({
    data: ['a', 'b', 'c'].map((name) => ({ name })),
  })
  const read = (id: number) => cached.author.findUnique({ where: { id } })
  const hold = () => {
    const [opened, open] = gate()
    held = opened
    return open
  }
  return { cached, ids: authors.map(({ id }) => id), read, asked, hold }
}

t.test(
  'what is read most is read again after it was dropped, and is a hit for whoever asks next',
  async (t) => {
    const { cached, ids, read, asked } = await createRefilled(2)
    const [often = 0, once_ = 0] = ids
    for (let times = 0; times < 4; times++) await read(often)
    await read(once_)
    const refilled = once(asked, 'asked')
    await cached.author.updateMany({ data: { name: 'new' } })
    await refilled
    const found = await observe(() => read(often))
    t.match(found, { result: { name: 'new' }, outcomes: [/hit|stored/] })
    t.same((await observe(() => read(often))).outcomes, ['hit'])
    t.same((await observe(() => read(once_))).outcomes, ['stored'], 'but what is not is left alone')
  },
)

t.test('a refill that a write overtakes is not what is answered', async (t) => {
  const { cached, ids, read, hold } = await createRefilled(2)
  const [id = 0] = ids
  for (let times = 0; times < 4; times++) await read(id)
  const release = hold()
  const write = (name: string) => cached.author.updateMany({ where: { id }, data: { name } })
  await write('first')
  await write('second')
  release()
  t.equal((await read(id))?.name, 'second')
})

t.test('a refill is nobody’s read: it is not in the context of the write', async (t) => {
  const { cached, ids, read } = await createRefilled(2)
  const [id = 0] = ids
  for (let times = 0; times < 4; times++) await read(id)
  const texts = cached.$cache.derived('test', String)
  const [refilled, isRefilled] = gate()
  const heard = (event: unknown) => {
    if ((event as ReadEvent).model === 'Author') isRefilled()
  }
  await texts.watch(async () => {
    await cached.author.update({ where: { id }, data: { name: 'new' } })
    subscribe('hotshelf:read', heard)
    t.teardown(() => unsubscribe('hotshelf:read', heard))
    await read(id)
    await refilled
    t.equal(texts.outcomes().size, 1)
  })
})

t.test('without the option nothing is read that nobody asked for', async (t) => {
  const { cached, ids, read } = await createRefilled(0)
  const [id = 0] = ids
  for (let times = 0; times < 4; times++) await read(id)
  await cached.author.update({ where: { id }, data: { name: 'new' } })
  await cached.author.update({ where: { id }, data: { name: 'newer' } })
  t.same((await observe(() => read(id))).outcomes, ['stored'])
})

t.test('nothing is read again by a client that is closed', async (t) => {
  const { cached, ids, read, asked } = await createRefilled(2)
  const [id = 0] = ids
  for (let times = 0; times < 4; times++) await read(id)
  await cached.author.update({ where: { id }, data: { name: 'new' } })
  await cached.$cache.close()
  let late = 0
  asked.on('asked', () => late++)
  await setImmediate()
  await cached.$queryRaw`SELECT 1`
  t.equal(late, 1, 'but what is asked for')
})
