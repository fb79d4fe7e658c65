import { join } from 'node:path'
import type { Test } from 'tap'
import { faults, seedFault } from '../support/faults.ts'
import { type Cast, loadParts, playOneRow } from './one-row.ts'
import { createRealRow, loadCache, type RealCast } from './real-row.ts'
import { type Exploration, explore, type Play } from './scheduler.ts'
import { StaleReadError } from './stale-reads.ts'

const root = join(import.meta.dirname, '../..')

const SMALL: Cast = {
  readers: 1,
  writers: 1,
  together: false,
  warm: false,
  cluster: false,
  near: false,
  slow: false,
}
const LARGE: Cast = { ...SMALL, readers: 2, writers: 2 }

/** From the least to the largest. */
const CASTS: readonly Cast[] = [
  { ...SMALL },
  { ...LARGE, writers: 1, together: true, cluster: true },
  { ...LARGE, writers: 1, cluster: true },
  { ...LARGE, writers: 1, warm: true, near: true },
  { ...LARGE, writers: 1, together: true, warm: true, near: true, cluster: true },
  { ...LARGE, writers: 1, together: true, warm: true, slow: true },
  { ...LARGE, writers: 1, together: true, slow: true },
  { ...LARGE, warm: true },
  { ...LARGE, warm: true, together: true },
  { ...LARGE, together: true },
  { ...LARGE },
]

const REAL_CASTS: readonly RealCast[] = [
  { readers: 1, together: false, transaction: false },
  { readers: 1, together: false, transaction: true },
  { readers: 2, together: true, transaction: false },
]

/** The same play with every schedule carried out to its end. */
const unmerged = (begin: () => Promise<Play>) => async (): Promise<Play> => {
  const { state, ...play } = await begin()
  return play
}

const told = (cast: object, { schedules, runs, milliseconds }: Exploration) =>
  `${JSON.stringify(cast)}: ${schedules} interleavings, known from ${runs} runs, in ${Math.round(milliseconds)} ms`

function checkCoherent(t: Test, cast: object, exploration: Exploration): void {
  t.equal(exploration.failure, undefined, JSON.stringify(cast))
  t.ok(exploration.schedules > 0n)
  t.comment(told(cast, exploration))
}

/** Explores one play after another, up to a failure. */
async function firstFailure(plays: readonly (() => Promise<Play>)[]) {
  let runs = 0
  for (const play of plays) {
    const exploration = await explore(play)
    runs += exploration.runs
    if (exploration.failure) return { ...exploration.failure, runs }
  }
  return { error: undefined, steps: [], runs }
}

function checkFound(t: Test, { error, steps, runs }: Awaited<ReturnType<typeof firstFailure>>): void {
  if (!t.ok(error instanceof StaleReadError, `a stale read, and not ${error}`)) return
  t.comment(`${error} in run ${runs}: ${steps.join(', ')}`)
}

const parts = await loadParts(root)
const inMemory: [Cast, Exploration][] = []
for (const cast of CASTS) inMemory.push([cast, await explore(playOneRow(parts, cast))])

// Only now: tap watches every promise there is, and there have been millions.
const { default: t } = await import('tap')

t.test('no interleaving of readers and writers in memory has a stale read', async (t) => {
  for (const [cast, exploration] of inMemory) checkCoherent(t, cast, exploration)
})

t.test('schedules that were merged are as many as those that are carried out one by one', async (t) => {
  const sharing = { ...LARGE, together: true }
  const casts = [
    { ...SMALL },
    { ...SMALL, slow: true },
    { ...sharing, writers: 0 },
    { ...sharing, writers: 1, warm: true },
  ]
  for (const cast of casts) {
    const { schedules } = await explore(playOneRow(parts, cast))
    const each = await explore(unmerged(playOneRow(parts, cast)))
    t.equal(schedules, BigInt(each.runs), told(cast, each))
  }
})

t.test('no interleaving of a reader and a writer on PostgreSQL and Redis has a stale read', async (t) => {
  const play = await createRealRow(t, await loadCache(root))
  for (const cast of REAL_CASTS) checkCoherent(t, cast, await explore(play(cast)))
  for (const cast of REAL_CASTS.slice(0, 2)) {
    const { schedules } = await explore(play(cast))
    const each = await explore(unmerged(play(cast)))
    t.equal(schedules, BigInt(each.runs), told(cast, each))
  }
})

for (const fault of faults)
  t.test(`some interleaving has a stale read where ${fault}`, async (t) => {
    const folder = await seedFault(t, fault)
    const faulty = await loadParts(folder)
    checkFound(t, await firstFailure(CASTS.map((cast) => playOneRow(faulty, cast))))
    const play = await createRealRow(t, await loadCache(folder))
    checkFound(t, await firstFailure(REAL_CASTS.map((cast) => play(cast))))
  })
