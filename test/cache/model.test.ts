import t from 'tap'
import { search } from '../../src/cache/model/search.ts'
import { type Bounds, FAULTS } from '../../src/cache/model/state.ts'

const SMALL: Bounds = {
  readers: 2,
  reads: 2,
  writers: [[0, 1]],
  evictions: 0,
  flushes: 0,
  crashes: 0,
  near: false,
  oneProcess: false,
}

const BOUNDS: Record<string, Bounds> = {
  'two reads of two readers, a write that touches both tags, an eviction': { ...SMALL, evictions: 1 },
  'two writes, of which each touches one tag': { ...SMALL, reads: 1, writers: [[0], [1]] },
  'the same after two reads of one': { ...SMALL, readers: 1, reads: 3, writers: [[0], [0, 1]], evictions: 1 },
  'readers of one process': { ...SMALL, oneProcess: true },
  'readers that keep what they have read': { ...SMALL, near: true },
  'a writer that may die at any point': { ...SMALL, crashes: 1 },
  'two writers, of which one may die': { ...SMALL, readers: 1, reads: 3, writers: [[0], [0, 1]], crashes: 1 },
  'everything flushed': { ...SMALL, reads: 1, writers: [[0], [1]], flushes: 1 },
}

for (const [name, bounds] of Object.entries(BOUNDS)) {
  t.test(`no read is older than a write that had returned: ${name}`, async (t) => {
    const { states, violation } = search(bounds)
    t.comment(`${states} states`)
    t.same(violation, undefined)
  })
}

for (const fault of FAULTS) {
  t.test(`a stale read is found if ${fault}`, async (t) => {
    const { states, violation } = search({ ...SMALL, oneProcess: true, near: true, crashes: 1 }, fault)
    t.ok(violation)
    t.comment(`${states} states: ${violation?.join(', ')}`)
  })
}
