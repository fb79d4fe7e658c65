import t from 'tap'
import { Drops } from '../../src/cache/drops.ts'
import { memoryStore, type Store } from '../../src/cache/index.ts'

/** A store whose drops are carried out, or refused, when the test says so. */
function createHeldStore() {
  const batches: (readonly string[])[] = []
  const held: { take: () => void; refuse: () => void }[] = []
  const store: Store = {
    ...memoryStore(),
    drop: (keys) =>
      new Promise((resolve, reject) => {
        batches.push(keys)
        held.push({ take: resolve, refuse: () => reject(new Error('out of reach')) })
      }),
  }
  return { batches, held, drops: new Drops(store, ['everything']) }
}

t.test('a drop on its way is sent once, however many reads there are meanwhile', async (t) => {
  const { batches, held, drops } = createHeldStore()
  const delivered = drops.deliver(['a'])
  t.same(await Promise.all([drops.settled(), drops.settled()]), [true, true])
  held[0]?.take()
  t.equal(await delivered, true)
  t.same(batches, [['a']])
})

t.test('what the store refused is owed, and sent with the next drop', async (t) => {
  const { batches, held, drops } = createHeldStore()
  const refused = drops.deliver(['a'])
  held[0]?.refuse()
  t.equal(await refused, false)
  t.equal(drops.owing, 1)
  const next = drops.deliver(['b'])
  held[1]?.take()
  t.equal(await next, true)
  t.same(batches[1], ['b', 'a'])
  t.equal(drops.owing, 0)
})

t.test('nothing is settled that was refused while something else was made up for', async (t) => {
  const { held, drops } = createHeldStore()
  const first = drops.deliver(['a'])
  held[0]?.refuse()
  await first
  const makingUp = drops.settled()
  const other = drops.deliver(['b'])
  held[2]?.refuse()
  await other
  const later = drops.settled()
  held[1]?.take()
  t.same(await Promise.all([makingUp, later]), [false, false])
})

t.test(
  'a key refused anew while it is made up for stays owed: its drop must follow the later write',
  async (t) => {
    const { held, drops } = createHeldStore()
    const first = drops.deliver(['a'])
    held[0]?.refuse()
    await first
    const makingUp = drops.settled()
    const later = drops.deliver(['a'])
    held[2]?.refuse()
    await later
    held[1]?.take()
    await makingUp
    t.equal(drops.owing, 1)
  },
)
