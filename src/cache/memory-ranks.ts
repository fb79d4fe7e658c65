import type { Ranks } from './store.ts'

interface Ranking {
  readonly counts: Map<string, number>
  /** When they last were halved, and when something was last added, in milliseconds of this process. */
  halved: number
  added: number
}

/** Ranks in this process's memory. */
export function memoryRanks(): Ranks {
  const rankings = new Map<string, Ranking>()
  return {
    async add(key, counts, { most, halfLife, seconds }) {
      const now = performance.now()
      const old = rankings.get(key)
      const ranking =
        old && now - old.added < seconds * 1000 ? old : { counts: new Map(), halved: now, added: now }
      if (now - ranking.halved >= halfLife) {
        for (const [name, count] of ranking.counts) ranking.counts.set(name, count / 2)
        ranking.halved = now
      }
      for (const [name, count] of counts) ranking.counts.set(name, (ranking.counts.get(name) ?? 0) + count)
      for (const [name] of sorted(ranking.counts).slice(most)) ranking.counts.delete(name)
      ranking.added = now
      rankings.set(key, ranking)
    },
    first: async (key, most) => sorted(rankings.get(key)?.counts ?? new Map()).slice(0, most),
  }
}

const sorted = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([, one], [, other]) => other - one)
