import fc from 'fast-check'
import t from 'tap'
import { type Cell, type Count, describe, findViolations, type Operation, type Value } from './checker.ts'

const NOTHING = { sets: [], sees: [], adds: [], counts: [] } as const
const at = (name: string, start: number, end: number) => ({ ...NOTHING, name, start, end })
const cells = (values: Record<string, Value>): Cell[] =>
  Object.entries(values).map(([register, value]) => ({ register, value }))
const counts = (values: Record<string, number>): Count[] =>
  Object.entries(values).map(([counter, value]) => ({ counter, value }))

type Make = (start: number, end: number) => Operation
const set =
  (values: Record<string, Value>): Make =>
  (start, end) => ({ ...at('write', start, end), sets: cells(values) })
const see =
  (values: Record<string, Value>, name = 'read'): Make =>
  (start, end) => ({ ...at(name, start, end), sees: cells(values) })
const add =
  (values: Record<string, number>): Make =>
  (start, end) => ({ ...at('change', start, end), adds: counts(values) })
const count =
  (values: Record<string, number>): Make =>
  (start, end) => ({ ...at('count', start, end), counts: counts(values) })

const WRITTEN = [set({ a: 1 })(0, 1), set({ a: 2 })(2, 3)]
const UNKNOWN = Number.POSITIVE_INFINITY

/** Each history, and what was told against it. */
const HISTORIES: [string, Operation[], string[]][] = [
  ['nothing happened', [], []],
  ['what nobody has written yet is nothing', [see({ a: null })(0, 1)], []],
  ['a read tells the last write', [...WRITTEN, see({ a: 2 })(4, 5)], []],
  ['a read tells what had been overwritten before it began', [...WRITTEN, see({ a: 1 })(4, 5)], ['a is 1']],
  [
    'a read that began before the last write ended may tell the one before',
    [...WRITTEN, see({ a: 1 })(2.5, 9)],
    [],
  ],
  [
    'a read that began as the last write ended may tell the one before',
    [...WRITTEN, see({ a: 1 })(3, 9)],
    [],
  ],
  ['a read may tell a write that has begun', [...WRITTEN, set({ a: 3 })(4, 9), see({ a: 3 })(5, 6)], []],
  [
    'a read tells a write that had not begun',
    [...WRITTEN, see({ a: 3 })(4, 5), set({ a: 3 })(6, 7)],
    ['a is 3'],
  ],
  ['a read tells what nobody wrote', [...WRITTEN, see({ a: 7 })(4, 5)], ['a is 7']],
  [
    'a read tells what another register holds',
    [...WRITTEN, set({ b: 9 })(0, 1), see({ b: 2 })(4, 5)],
    ['b is 2'],
  ],
  [
    'of two writes that overlap either may be the last',
    [set({ a: 1 })(0, 3), set({ a: 2 })(1, 2), see({ a: 1 })(4, 5), see({ a: 2 })(6, 7)],
    [],
  ],
  [
    'a write within a longer one is overwritten by what began after both',
    [set({ a: 1 })(0, 3), set({ a: 2 })(1, 2), set({ a: 3 })(4, 5), see({ a: 1 })(6, 7), see({ a: 2 })(6, 7)],
    ['a is 1', 'a is 2'],
  ],
  [
    'a write that ended late but began early overwrites nothing',
    [set({ a: 1 })(2, 3), set({ a: 2 })(0, 9), see({ a: 1 })(10, 11)],
    [],
  ],
  [
    'the write that ended last need not be the one that overwrites',
    [set({ a: 1 })(0, 1), set({ a: 2 })(2, 3), set({ a: 3 })(0, 5), see({ a: 1 })(6, 7)],
    ['a is 1'],
  ],
  [
    'a value written twice is old only if both writes are',
    [set({ a: 1 })(0, 1), set({ a: 2 })(2, 3), set({ a: 1 })(4, 5), see({ a: 1 })(6, 7)],
    [],
  ],
  [
    'a value written twice and overwritten is old',
    [set({ a: 1 })(0, 1), set({ a: 1 })(2, 3), set({ a: 2 })(4, 5), see({ a: 1 })(6, 7)],
    ['a is 1'],
  ],
  [
    'what was created cannot be missing afterwards',
    [set({ a: 1 })(0, 1), see({ a: null })(2, 3)],
    ['a is null'],
  ],
  ['what is being created may be missing', [set({ a: 1 })(0, 5), see({ a: null })(2, 3)], []],
  [
    'what was removed cannot be there afterwards',
    [set({ a: 1 })(0, 1), set({ a: null })(2, 3), see({ a: 1 })(4, 5)],
    ['a is 1'],
  ],
  ['what was removed is missing', [set({ a: 1 })(0, 1), set({ a: null })(2, 3), see({ a: null })(4, 5)], []],
  [
    'a write of unknown outcome may take effect at any later time',
    [set({ a: 1 })(0, UNKNOWN), set({ a: 2 })(2, 3), see({ a: 1 })(8, 9)],
    [],
  ],
  [
    'a write of unknown outcome may never take effect',
    [set({ a: 1 })(0, 1), set({ a: 2 })(2, UNKNOWN), see({ a: 1 })(8, 9)],
    [],
  ],
  [
    'a write of unknown outcome does not excuse a third value',
    [...WRITTEN, set({ a: 3 })(4, UNKNOWN), see({ a: 1 })(8, 9)],
    ['a is 1'],
  ],
  ['registers do not touch each other', [...WRITTEN, set({ b: 1 })(8, 9), see({ a: 2, b: 1 })(10, 11)], []],
  [
    'of all that a read tells, only what is old is told',
    [...WRITTEN, set({ b: 1 })(0, 1), see({ b: 1, a: 1 })(4, 5)],
    ['a is 1'],
  ],
  [
    'a write may tell as well, of what it found',
    [...WRITTEN, { ...set({ b: 1 })(4, 5), sees: cells({ a: 1 }) }],
    ['a is 1'],
  ],
  ['the order of the log does not matter', [see({ a: 1 })(4, 5), ...[...WRITTEN].reverse()], ['a is 1']],
  ['a count of nothing is 0', [count({ n: 0 })(0, 1)], []],
  ['a count of nothing is not 1', [count({ n: 1 })(0, 1)], ['n: 1']],
  [
    'a count has all that had ended',
    [add({ n: 1 })(0, 1), add({ n: 1 })(0, 1), count({ n: 1 })(2, 3), count({ n: 2 })(2, 3)],
    ['n: 1'],
  ],
  [
    'a count may have what has begun',
    [add({ n: 1 })(0, 4), count({ n: 0 })(2, 3), count({ n: 1 })(2, 3)],
    [],
  ],
  ['a count has no more than has begun', [add({ n: 1 })(0, 4), count({ n: 2 })(2, 3)], ['n: 2']],
  [
    'a count goes down with a removal that had ended',
    [add({ n: 1 })(0, 1), add({ n: -1 })(2, 3), count({ n: 1 })(4, 5), count({ n: 0 })(4, 5)],
    ['n: 1'],
  ],
  [
    'a count may go down with a removal that has begun',
    [add({ n: 1 })(0, 1), add({ n: -1 })(2, 9), count({ n: 1 })(4, 5), count({ n: 0 })(4, 5)],
    [],
  ],
  [
    'a change of unknown outcome may count or not, at any later time',
    [add({ n: 1 })(0, UNKNOWN), count({ n: 0 })(4, 5), count({ n: 1 })(4, 5), count({ n: 2 })(4, 5)],
    ['n: 2'],
  ],
]

for (const [title, history, told] of HISTORIES)
  t.test(title, async (t) => {
    t.same(
      findViolations(history).map((violation) => violation.told),
      told,
    )
  })

t.test(
  'a violation names the read, the write that it told and the one that it should have told',
  async (t) => {
    const history = [...WRITTEN, see({ a: 1 }, 'GET /a')(4, 5)]
    t.equal(
      findViolations(history).map(describe).join('\n'),
      `GET /a (4.00 to 5.00 ms)
  told: a is 1
  but that is of
    write (0.00 to 1.00 ms)
  and this had been written since:
    write (2.00 to 3.00 ms)`,
    )
  },
)

t.test('a violation of a count names what it could have been', async (t) => {
  const [violation] = findViolations([add({ n: 1 })(0, 1), count({ n: 0 })(2, 3)])
  t.equal(
    violation && describe(violation),
    'count (2.00 to 3.00 ms)\n  told: n: 0\n  but there were from 1 to 1',
  )
})

/** The rule as it reads, without a thought for time. */
function isStale(writes: readonly Operation[], read: Operation, value: Value): boolean {
  const overwritten = (start: number, end: number) =>
    start > read.end || writes.some((write) => write.start > end && write.end < read.start)
  const sources = writes.filter(({ sets }) => sets[0]?.value === value)
  if (value === null && !overwritten(-2, -1)) return false
  return sources.every(({ start, end }) => overwritten(start, end))
}

t.test('of random histories the checker says what the rule says', async (t) => {
  const span = fc
    .tuple(fc.nat(20), fc.nat(6), fc.nat(5))
    .map(([start, length, lost]) => [start, lost === 0 ? UNKNOWN : start + length] as const)
  const value = fc.constantFrom<Value>(null, 1, 2, 3)
  const writes = fc.array(fc.tuple(span, value), { maxLength: 8 })
  fc.assert(
    fc.property(writes, fc.nat(25), fc.nat(6), value, (writes, start, length, seen) => {
      const past = writes.map(([[start, end], value]) => set({ a: value })(start, end))
      const read = see({ a: seen })(start, start + length)
      return findViolations([...past, read]).length === Number(isStale(past, read, seen))
    }),
    { numRuns: 5000 },
  )
  t.pass()
})
