import type { Goal, Results } from './results.ts'
import { rounded, type Spread } from './statistics.ts'
import { type Row, table } from './table.ts'
import { labelOf } from './variants.ts'

/** The results as tables, without those of what was not measured. */
export const markdownOf = (results: Results): string =>
  `${sectionsOf(results)
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, head, rows }) => `## ${title}\n\n${table(head, rows)}`)
    .join('\n\n')}\n`

const sectionsOf = ({
  about,
  goals,
  reads,
  mixes,
  crowd,
  firstReads,
  writes,
  tags,
  memory,
}: Results): { title: string; head: Row; rows: readonly Row[] }[] => [
  {
    title: 'The run',
    head: ['', ''],
    rows: Object.entries(about).map(([name, value]) => [name, String(value)]),
  },
  {
    title: 'Goals',
    head: ['', 'goal', 'measured', ''],
    rows: goals.map((goal) => [goal.goal, boundOf(goal), measuredOf(goal), verdictOf(goal)]),
  },
  {
    title: 'Reads alone',
    head: [
      'endpoint',
      'variant',
      'requests/s',
      'least–most',
      'CPU µs',
      'statements',
      'p50 ms',
      'p99 ms',
      'failed',
    ],
    rows: reads.map(({ endpoint, variant, rate, cpu, statements, latency, failed }) => [
      `\`${endpoint}\``,
      labelOf(variant),
      rounded(rate.median),
      rangeOf(rate),
      rounded(cpu.median),
      rounded(statements.median),
      ...percentilesOf(latency),
      failed,
    ]),
  },
  {
    title: 'Reads and writes of books, a Zipf choice',
    head: [
      'mix',
      'variant',
      'requests/s',
      'least–most',
      'p50 ms',
      'p99 ms',
      'reads',
      'writes',
      'stale',
      'failed',
    ],
    rows: mixes.map(({ mix, variant, rate, latency, reads, writes, stale, failed }) => [
      mix,
      labelOf(variant),
      rounded(rate.median),
      rangeOf(rate),
      ...percentilesOf(latency),
      reads,
      writes,
      stale,
      failed,
    ]),
  },
  {
    title: 'A crowd on one cold key',
    head: ['variant', 'requests', 'processes', 'database calls', 'least–most', 'failed'],
    rows: crowd.map(({ variant, requests, processes, calls, failed }) => [
      labelOf(variant),
      requests,
      processes,
      rounded(calls.median),
      rangeOf(calls),
      failed,
    ]),
  },
  {
    title: 'The first read 100 ms after a write to a hot list',
    head: ['variant', 'writes', 'hits'],
    rows: firstReads.map(({ variant, writes, hits }) => [labelOf(variant), writes, hits]),
  },
  {
    title: 'Writes one by one',
    head: ['in Redis', 'variant', 'p50 ms', 'p99 ms', 'over an uncached write'],
    rows: writes.map(({ circumstance, variant, latency, ratio }) => [
      circumstance,
      labelOf(variant),
      ...percentilesOf(latency),
      rounded(ratio),
    ]),
  },
  {
    title: 'A hit, by the tags of its query',
    head: ['tags', 'hit µs', 'uncached µs', 'hit over uncached'],
    rows: tags.map(({ tags, hit, uncached }) => [
      tags,
      rounded(hit),
      rounded(uncached),
      rounded(hit / uncached),
    ]),
  },
  {
    title: 'Memory in Redis, a list of 20',
    head: [
      'JSON bytes',
      'entry bytes',
      'bytes of its versions',
      'extra, without versions',
      'shared',
      'with all of them',
    ],
    rows: memory.map(({ json, entry, versions, tags, entries, extra }) => [
      json,
      entry,
      `${versions} (${tags})`,
      percent(extra.without),
      `${percent(extra.amortised)} (${entries} lists)`,
      percent(extra.alone),
    ]),
  },
]

const boundOf = ({ least, most }: Goal) => (least === undefined ? `≤ ${most}` : `≥ ${least}`)

const measuredOf = ({ measured }: Goal) => (measured === undefined ? '–' : rounded(measured))

const verdictOf = ({ met }: Goal) => (met === undefined ? 'not measured' : met ? 'met' : '**not met**')

const rangeOf = ({ least, most }: Spread) => `${rounded(least)}–${rounded(most)}`

const percentilesOf = (latency: Readonly<Record<string, number>>): Row =>
  ['50', '99'].map((share) => rounded(latency[share] ?? Number.NaN))

const percent = (share: number) => `${rounded(share * 100)} %`
