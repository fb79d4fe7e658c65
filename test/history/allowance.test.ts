import t from 'tap'
import { findViolationsBeside } from './allowance.ts'
import type { Operation } from './checker.ts'

const NOTHING = { sets: [], sees: [], adds: [], counts: [] } as const
const write = (server: number, value: number, start: number, end: number): Operation => ({
  ...NOTHING,
  ...{ name: 'write', server, start, end },
  sets: [{ register: 'a', value }],
})
const read = (server: number, value: number, start: number, end: number): Operation => ({
  ...NOTHING,
  ...{ name: 'read', server, start, end },
  sees: [{ register: 'a', value }],
})

/** While some process could not reach Redis, from 10 to 20, the first one wrote 2. */
const SPAN = { from: 10, to: 20 }
const WRITTEN = [write(0, 1, 0, 1), write(0, 2, 12, 13)]

for (const [name, told, violations] of [
  ['another process may tell what was there while harm is done', read(1, 1, 14, 15), 0],
  ['and may tell what is there', read(1, 2, 14, 15), 0],
  ['it may not any more when that is over', read(1, 1, 21, 22), 1],
  ['the process that wrote may not at any time', read(0, 1, 14, 15), 1],
] as const)
  t.test(name, async (t) => {
    t.equal(findViolationsBeside([...WRITTEN, told], [SPAN]).length, violations)
  })

t.test('what was written before harm was done binds all', async (t) => {
  const history = [write(0, 1, 0, 1), write(0, 2, 2, 3), read(1, 1, 14, 15)]
  t.equal(findViolationsBeside(history, [SPAN]).length, 1)
})

t.test('a read is not taken for later than it was', async (t) => {
  t.equal(findViolationsBeside([read(1, 2, 14, 15), write(0, 2, 16, 17)], [SPAN]).length, 1)
})
