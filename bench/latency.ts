import { createHistogram } from 'node:perf_hooks'

/** The hundredths by which a distribution of latencies is told. */
export const HUNDREDTHS = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9] as const

/** Milliseconds below which that share of the requests was, by hundredths. */
export type Latency = Readonly<Record<string, number>>

/** Takes latencies, in milliseconds, and tells how they are distributed. */
export function createLatencies() {
  const microseconds = createHistogram()
  return {
    add: (milliseconds: number) => microseconds.record(Math.max(1, Math.round(milliseconds * 1000))),
    get count() {
      return microseconds.count
    },
    distribution: (): Latency =>
      Object.fromEntries(HUNDREDTHS.map((share) => [share, microseconds.percentile(share) / 1000])),
  }
}
