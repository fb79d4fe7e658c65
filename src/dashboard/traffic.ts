import { countLatency, createLatencies, type Latencies, type Quantiles, quantilesOf } from './latencies.ts'

/**
 * How a request was answered: `hit` from the cache; `miss` from the database, `bypass` also, the cache not asked;
 * `failed` with a 5xx; `other` are writes, and whatever reads nothing.
 */
const ANSWERS = ['hit', 'miss', 'bypass', 'failed', 'other'] as const
export type Answer = (typeof ANSWERS)[number]

/** What took how long: a request that was a hit, one that was a miss, and a call to the database. */
type Timed = 'hit' | 'miss' | 'database'

type Counts = Record<Answer, number>

/** Seconds that are remembered. */
export const REMEMBERED = 300

/** Seconds that the figures of a window are of. */
const WINDOW = 60

interface Window {
  readonly seconds: number
  readonly answers: Counts
  readonly latency: Record<Timed, Quantiles>
}

interface Second {
  readonly number: number
  readonly counts: Counts
  readonly latencies: Record<Timed, Latencies>
}

const createSecond = (number: number): Second => ({
  number,
  counts: { hit: 0, miss: 0, bypass: 0, failed: 0, other: 0 },
  latencies: { hit: createLatencies(), miss: createLatencies(), database: createLatencies() },
})

/** Counts what was answered, by the second, and remembers the last of them. */
export class Traffic {
  /** The second `n` is at `n % REMEMBERED`, until a later one takes its place. */
  private readonly ring: Second[] = []
  private readonly now: () => number

  /** @param now the milliseconds of a clock that is never set back */
  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** A request was answered. */
  answered(answer: Answer, milliseconds: number): void {
    const { counts, latencies } = this.current()
    counts[answer]++
    if (answer === 'hit' || answer === 'miss') countLatency(latencies[answer], milliseconds)
  }

  /** The database was asked, or told. */
  called(milliseconds: number): void {
    countLatency(this.current().latencies.database, milliseconds)
  }

  /** By answer, how many there were in each of the last seconds that are over, the latest last. */
  history(length: number): Record<Answer, number[]> {
    const seconds = this.last(length)
    const of = (answer: Answer) => seconds.map(({ counts }) => counts[answer])
    return {
      hit: of('hit'),
      miss: of('miss'),
      bypass: of('bypass'),
      failed: of('failed'),
      other: of('other'),
    }
  }

  window(): Window {
    const seconds = this.last(WINDOW)
    const answers = createSecond(0).counts
    for (const { counts } of seconds) for (const answer of ANSWERS) answers[answer] += counts[answer]
    const latencyOf = (timed: Timed) => quantilesOf(seconds.map(({ latencies }) => latencies[timed]))
    return {
      seconds: WINDOW,
      answers,
      latency: { hit: latencyOf('hit'), miss: latencyOf('miss'), database: latencyOf('database') },
    }
  }

  private number(): number {
    return Math.floor(this.now() / 1000)
  }

  private current(): Second {
    const number = this.number()
    const kept = this.ring[number % REMEMBERED]
    if (kept?.number === number) return kept
    const second = createSecond(number)
    this.ring[number % REMEMBERED] = second
    return second
  }

  private last(length: number): Second[] {
    const end = this.number()
    return Array.from({ length }, (_, index) => {
      const number = end - length + index
      const kept = this.ring[((number % REMEMBERED) + REMEMBERED) % REMEMBERED]
      return kept?.number === number ? kept : createSecond(number)
    })
  }
}
