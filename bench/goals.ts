import { BOOK, LIST } from './measure-reads.ts'
import type { Goal, Results } from './results.ts'

type Measured = Omit<Results, 'goals'>

/** What is aimed at, and how far this run was from it: ratios of what was measured side by side. */
export function goalsOf(results: Measured): Goal[] {
  const rate = (variant: string, endpoint: string) =>
    results.reads.find((read) => read.variant === variant && read.endpoint === endpoint)?.rate.median
  const over = (variant: string, other: string, endpoint = LIST) =>
    ratio(rate(variant, endpoint), rate(other, endpoint))
  const mix = (variant: string, name: string) =>
    results.mixes.find((result) => result.variant === variant && result.mix === name)
  const write = (circumstance: string | undefined) =>
    results.writes.find((result) => result.variant === 'hotshelf' && result.circumstance === circumstance)
      ?.ratio
  const circumstances = [...new Set(results.writes.map(({ circumstance }) => circumstance))]
  const most = (kind: string) => circumstances.filter((circumstance) => circumstance.endsWith(kind)).at(-1)
  const first = results.firstReads.find(({ variant }) => variant === 'hotshelf')
  const stale = results.mixes
    .filter(({ variant }) => variant.startsWith('hotshelf'))
    .map(({ stale }) => stale)

  return [
    atLeast(8, 'requests/s over plain Prisma: over Redis', over('hotshelf', 'plain')),
    atLeast(15, 'requests/s over plain Prisma: near level', over('hotshelf-near', 'plain')),
    atLeast(1.5, 'over prisma-extension-redis, hits only: over Redis', over('hotshelf', 'extension')),
    atLeast(3, 'over prisma-extension-redis, hits only: near level', over('hotshelf-near', 'extension')),
    atLeast(1.2, 'over hand-written cache-aside: over Redis', over('hotshelf', 'aside')),
    atLeast(0.45, 'share of the constant-string limit: over Redis', over('hotshelf', 'constant')),
    atLeast(0.7, 'share of the constant-string limit: near level', over('hotshelf-near', 'constant')),
    atLeast(0.6, `share of the limit, ${BOOK}: over Redis`, over('hotshelf', 'constant', BOOK)),
    atLeast(0.8, `share of the limit, ${BOOK}: near level`, over('hotshelf-near', 'constant', BOOK)),
    atLeast(
      5,
      '95/5 mix over plain Prisma',
      ratio(mix('hotshelf', '95/5')?.rate.median, mix('plain', '95/5')?.rate.median),
    ),
    atMost(0, 'stale reads in all mixes', stale.length === 0 ? undefined : sum(stale)),
    atMost(1.15, 'write latency p50 over an uncached write', write(circumstances[0])),
    atMost(
      1.15,
      `the same with ${most('unrelated keys') ?? 'unrelated keys'}`,
      write(most('unrelated keys')),
    ),
    atMost(
      1.15,
      `the same with ${most('dependent entries') ?? 'dependent entries'}`,
      write(most('dependent entries')),
    ),
    atMost(
      1,
      'database calls for a crowd on one cold key, 4 processes',
      results.crowd.find(({ variant }) => variant === 'hotshelf')?.calls.median,
    ),
    atLeast(
      0.9,
      'share of hits 100 ms after a write to a hot list',
      first && first.hits / Math.max(first.writes, 1),
    ),
    atMost(0.15, 'memory beyond the JSON, a list of 20', results.memory[0]?.extra.amortised),
  ]
}

const ratio = (value: number | undefined, other: number | undefined) =>
  value === undefined || other === undefined ? undefined : value / other

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const atLeast = (least: number, goal: string, measured: number | undefined): Goal => ({
  goal,
  least,
  measured,
  met: measured === undefined ? undefined : measured >= least,
})

const atMost = (most: number, goal: string, measured: number | undefined): Goal => ({
  goal,
  most,
  measured,
  met: measured === undefined ? undefined : measured <= most,
})
