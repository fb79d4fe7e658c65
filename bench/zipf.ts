import type { Random } from '../test/history/random.ts'

/** As YCSB has it: a little less than the harmonic series, so that the tail is not nothing. */
const EXPONENT = 0.99
const GRAIN = 2 ** 24

/** Ranks from 0 up to `count`, of which the first are chosen most: rank r in proportion to 1 / (r + 1) ^ 0.99. */
export function createZipf(random: Random, count: number): () => number {
  let sum = 0
  const upTo = Float64Array.from({ length: count }, (_, rank) => {
    sum += (rank + 1) ** -EXPONENT
    return sum
  })
  return () => {
    const at = (random(GRAIN) / GRAIN) * sum
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((upTo[middle] ?? 0) > at) high = middle
      else low = middle + 1
    }
    return low
  }
}
