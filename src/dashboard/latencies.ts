/** Buckets by which a duration doubles: each is 19 per cent wide, and its middle at most 9 per cent off. */
const PER_DOUBLING = 4

/** From a microsecond to sixteen seconds. */
const BUCKETS = 24 * PER_DOUBLING

/** How many durations there were, by their length: counts alone, whose size does not depend on how many. */
export type Latencies = Uint32Array

export const createLatencies = (): Latencies => new Uint32Array(BUCKETS)

export function countLatency(latencies: Latencies, milliseconds: number): void {
  const bucket = Math.floor(Math.log2(Math.max(milliseconds * 1000, 1)) * PER_DOUBLING)
  const at = Math.min(bucket, BUCKETS - 1)
  latencies[at] = (latencies[at] ?? 0) + 1
}

export interface Quantiles {
  /** How many durations these are of. */
  readonly count: number
  /** Milliseconds that a half of them, and 95 per cent, did not exceed; null where there are none. */
  readonly p50: number | null
  readonly p95: number | null
}

/** Of several counts together. */
export function quantilesOf(all: readonly Latencies[]): Quantiles {
  const sums = createLatencies()
  for (const latencies of all)
    for (const [bucket, count] of latencies.entries()) sums[bucket] = (sums[bucket] ?? 0) + count
  const count = sums.reduce((sum, one) => sum + one, 0)
  const quantile = (part: number): number | null => {
    let left = Math.ceil(count * part)
    const bucket = sums.findIndex((one) => {
      left -= one
      return left <= 0
    })
    return count === 0 ? null : Number((2 ** ((bucket + 0.5) / PER_DOUBLING) / 1000).toPrecision(3))
  }
  return { count, p50: quantile(0.5), p95: quantile(0.95) }
}
