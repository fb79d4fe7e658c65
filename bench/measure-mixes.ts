import type { Mixed } from './load-mixes.ts'
import { failedOf, medianLatency, rateOf } from './measure-reads.ts'
import type { MixResult } from './results.ts'
import type { Scene, Server } from './scene.ts'
import { rotated, spreadOf } from './statistics.ts'
import { PLAIN, writes } from './variants.ts'

/** Of a thousand requests: how many are writes, and how many ask for the list that every write changes. */
const MIXES = [
  { name: '95/5', writes: 50, lists: 0 },
  { name: '80/20', writes: 200, lists: 0 },
  { name: '95/5, a tenth of it the list', writes: 50, lists: 100 },
] as const

const ASKED = 2

/** Reads and writes of books, the variants by turns, each warmed up as at a deploy, and then by some time of the same. */
export async function measureMixes(scene: Scene, servers: readonly Server[]): Promise<MixResult[]> {
  const { load, options, popular, say, clear } = scene
  const { connections, seconds, rounds } = options
  const writable = servers.filter(({ variant }) => writes(variant))
  const warm = popular.books.slice(0, options.warm).map((id) => `/books/${id}`)
  const taken = new Map<string, Mixed[]>()
  for (let round = 0; round < rounds; round++) {
    say(`mixes: round ${round + 1} of ${rounds}`)
    for (const { name, ...mix } of MIXES)
      for (const { variant, url } of rotated(writable, round)) {
        // Another variant has written meanwhile, of which this one's cache does not hear.
        await clear()
        // As often as some caches must be asked before they keep an answer.
        for (let time = 0; time < ASKED && variant.name !== PLAIN.name; time++)
          await load.ask('each', { url, paths: warm })
        // The same choice for all of a round.
        const input = { ...mix, url, connections, seconds, ids: popular.books, seed: round + 1 }
        await load.ask('mix', { ...input, seconds: seconds / 2 })
        const key = `${variant.name} ${name}`
        taken.set(key, [...(taken.get(key) ?? []), await load.ask('mix', input)])
      }
  }
  return MIXES.flatMap(({ name }) =>
    writable.map(({ variant }) => resultOf(variant.name, name, taken.get(`${variant.name} ${name}`) ?? [])),
  )
}

function resultOf(variant: string, mix: string, rounds: readonly Mixed[]): MixResult {
  const total = (name: 'reads' | 'writes' | 'stale') => rounds.reduce((sum, round) => sum + round[name], 0)
  return {
    variant,
    mix,
    rate: spreadOf(rounds.map(rateOf)),
    latency: medianLatency(rounds),
    reads: total('reads'),
    writes: total('writes'),
    stale: total('stale'),
    failed: failedOf(rounds),
  }
}
