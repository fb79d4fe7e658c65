import t from 'tap'
import { scaledSample } from '../../bench/catalogue.ts'
import { goalsOf } from '../../bench/goals.ts'
import { percentile, rotated, spreadOf } from '../../bench/statistics.ts'
import { createZipf } from '../../bench/zipf.ts'
import { createRandom } from '../history/random.ts'

t.test('percentiles lie between the values beside them', async (t) => {
  t.equal(percentile([3, 1, 2], 50), 2)
  t.equal(percentile([1, 2], 50), 1.5)
  t.equal(percentile([4, 1, 2, 3, 5], 100), 5)
  t.match(spreadOf([3, 1, 2]), { median: 2, least: 1, most: 3, all: [3, 1, 2] })
})

t.test('each variant is first by turns', async (t) => {
  t.same(rotated(['a', 'b', 'c'], 4), ['b', 'c', 'a'])
  t.same(rotated([], 1), [])
})

t.test(
  'of a Zipf choice, the first ranks come most, the last ones too, and the same for a seed',
  async (t) => {
    const draw = () => {
      const rank = createZipf(createRandom(1), 100)
      return Array.from({ length: 10_000 }, rank)
    }
    const ranks = draw()
    const count = (rank: number) => ranks.filter((other) => other === rank).length
    t.ok(count(0) > 1.5 * count(1))
    t.ok(count(1) > count(10))
    t.equal(Math.max(...ranks), 99)
    t.equal(Math.min(...ranks), 0)
    t.same(draw(), ranks)
  },
)

t.test('the scaled sample is the same each time, and each book another one with an author', async (t) => {
  const books = scaledSample(300)
  t.same(scaledSample(300), books)
  t.equal(new Set(books.map(({ sourceId }) => sourceId)).size, 300)
  t.equal(new Set(books.map(({ isbn }) => isbn)).size, 300)
  t.ok(books.every(({ authors }) => authors.length > 0))
})

t.test('a goal whose measure was left out is neither met nor missed', async (t) => {
  const nothing = {
    about: {},
    reads: [],
    mixes: [],
    crowd: [],
    firstReads: [],
    writes: [],
    tags: [],
    memory: [],
  }
  for (const { met, measured } of goalsOf(nothing)) t.same([met, measured], [undefined, undefined])
})
