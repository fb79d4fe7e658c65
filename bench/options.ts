import { parseArgs } from 'node:util'
import { wholeNumber } from '../src/terminal/run-main.ts'
import { VARIANTS } from './variants.ts'

export const PARTS = ['reads', 'mixes', 'crowd', 'first-reads', 'writes', 'tags', 'memory'] as const
export type Part = (typeof PARTS)[number]

export const USAGE = `npm run bench -- [--file FILE.csv] [--rounds N] [--seconds N] [--only NAME]… [--out DIR] [--quick] [--profile]

Measures the service side by side with others that answer the same requests, on a PostgreSQL and a Redis of its own, or
on those at DATABASE_URL and REDIS_URL, in a database and under keys that are gone at the end.

  --file FILE.csv  a catalogue in the format of goodbooks-10k; the sample, scaled to 10,000 books, by default
  --rounds N       how often each measure is taken, the variants by turns (5)
  --seconds N      of load for each (4)
  --only NAME      a part (${PARTS.join(', ')})
                   or a variant (${VARIANTS.map(({ name }) => name).join(', ')}); may be repeated
  --out DIR        where results.json, results.md and results.svg are written (bench)
  --quick          all of it in little, to see that it works: the figures mean nothing
  --profile        where the time of a hit goes, and nothing else
  --help           print this

Exit status: 0 when all was measured, whether or not the goals are met; 1, with a line that says why, when not.`

/** How much is measured. */
export interface Options {
  readonly file: string | undefined
  readonly out: string
  readonly quick: boolean
  readonly profile: boolean
  readonly parts: readonly Part[]
  /** Names of variants. */
  readonly variants: readonly string[]
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
  readonly books: number
  /** Different paths that are asked for, of an endpoint with an id. */
  readonly paths: number
  /** Books, the most popular ones, that are asked for before the load of a mix begins. */
  readonly warm: number
  /** Requests for one cold key. */
  readonly crowd: number
  /** Servers that those are spread over. */
  readonly processes: number
  readonly firstReads: number
  /** Writes one by one, of each variant in each circumstance. */
  readonly writes: number
  readonly unrelatedKeys: readonly number[]
  readonly dependentEntries: readonly number[]
  /** Calls of each query, where they are timed one by one. */
  readonly calls: number
}

const FULL = {
  rounds: 5,
  seconds: 4,
  connections: 20,
  books: 10_000,
  paths: 200,
  warm: 3000,
  crowd: 1000,
  processes: 4,
  firstReads: 50,
  writes: 200,
  unrelatedKeys: [0, 10_000, 500_000],
  dependentEntries: [1000, 100_000],
  calls: 5000,
}

const QUICK: typeof FULL = {
  rounds: 1,
  seconds: 0.3,
  connections: 5,
  books: 200,
  paths: 5,
  warm: 20,
  crowd: 40,
  processes: 1,
  firstReads: 2,
  writes: 5,
  unrelatedKeys: [0, 100, 1000],
  dependentEntries: [10, 100],
  calls: 50,
}

/**
 * The options of the command line; undefined where only help is asked for.
 *
 * @throws an Error of one line where they cannot be
 */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      file: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', default: 'bench' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return undefined
  const { file, out, quick, profile, only } = values
  const sizes = quick ? QUICK : FULL
  const names = VARIANTS.map(({ name }) => name)
  const known: readonly string[] = [...PARTS, ...names]
  for (const name of only)
    if (!known.includes(name)) throw new Error(`--only must be one of ${known.join(', ')}, not ${name}`)
  const chosen = <T extends string>(all: readonly T[]): readonly T[] => {
    const some = all.filter((name) => only.includes(name))
    return some.length > 0 ? some : all
  }
  return {
    ...sizes,
    file,
    out,
    quick,
    profile,
    parts: chosen(PARTS),
    variants: chosen(names),
    rounds: wholeNumber('--rounds', values.rounds, 1) ?? sizes.rounds,
    seconds: wholeNumber('--seconds', values.seconds, 1) ?? sizes.seconds,
  }
}
