import { createRandom } from '../test/history/random.ts'
import type { Latency } from './latency.ts'
import type { Loaded } from './load-reads.ts'
import type { ReadResult } from './results.ts'
import type { Scene, Server } from './scene.ts'
import { median, rotated, spreadOf } from './statistics.ts'
import { createZipf } from './zipf.ts'

/** The one that most goals are about. */
export const LIST = 'GET /books?limit=20'
export const BOOK = 'GET /books/:id'

const SEED = 7

/** By endpoint, the paths that are asked for in turn, among them a popular row's more than once. */
export function pathsOf({
  popular,
  options,
}: Pick<Scene, 'popular' | 'options'>): ReadonlyMap<string, readonly string[]> {
  const random = createRandom(SEED)
  const draw = (ids: readonly number[], path: (id: number) => string) => {
    const rank = createZipf(random, ids.length)
    return Array.from({ length: options.paths }, () => path(ids[rank()] ?? 0))
  }
  return new Map([
    [LIST, ['/books?limit=20']],
    [BOOK, draw(popular.books, (id) => `/books/${id}`)],
    ['GET /authors/:id', draw(popular.authors, (id) => `/authors/${id}`)],
    ['GET /books/:id/reviews', draw(popular.books, (id) => `/books/${id}/reviews`)],
  ])
}

interface Taken extends Loaded {
  readonly cpu: number
  readonly statements: number
}

/** Reads alone, of each endpoint, the variants by turns. What can be cached is before it is measured. */
export async function measureReads(scene: Scene, servers: readonly Server[]): Promise<ReadResult[]> {
  const { load, options, say } = scene
  const { connections, seconds, rounds } = options
  const paths = pathsOf(scene)
  const taken = new Map<string, Taken[]>()

  const take = async (server: Server, endpoint: string, seconds: number): Promise<Taken> => {
    const before = await server.child.ask('used', null)
    const input = { url: server.url, connections, seconds, paths: paths.get(endpoint) ?? [] }
    const loaded = await load.ask('reads', input)
    const after = await server.child.ask('used', null)
    const each = (name: 'cpu' | 'statements') => (after[name] - before[name]) / loaded.requests
    return { ...loaded, cpu: each('cpu'), statements: each('statements') }
  }

  for (const server of servers) {
    for (const all of paths.values()) await load.ask('each', { url: server.url, paths: all })
    for (const endpoint of paths.keys()) await take(server, endpoint, seconds / 2)
  }
  for (let round = 0; round < rounds; round++) {
    say(`reads: round ${round + 1} of ${rounds}`)
    for (const endpoint of paths.keys())
      for (const server of rotated(servers, round)) {
        const key = `${server.variant.name} ${endpoint}`
        taken.set(key, [...(taken.get(key) ?? []), await take(server, endpoint, seconds)])
      }
  }
  return [...paths.keys()].flatMap((endpoint) =>
    servers.map(({ variant: { name } }) => resultOf(name, endpoint, taken.get(`${name} ${endpoint}`) ?? [])),
  )
}

const resultOf = (variant: string, endpoint: string, rounds: readonly Taken[]): ReadResult => ({
  variant,
  endpoint,
  rate: spreadOf(rounds.map(rateOf)),
  cpu: spreadOf(rounds.map(({ cpu }) => cpu)),
  statements: spreadOf(rounds.map(({ statements }) => statements)),
  latency: medianLatency(rounds),
  failed: failedOf(rounds),
})

export const rateOf = ({ requests, seconds }: Loaded): number => requests / seconds

export const failedOf = (rounds: readonly Loaded[]): number =>
  rounds.reduce((sum, { failed }) => sum + failed, 0)

/** Of each of the rounds' percentiles, the median. */
export function medianLatency(rounds: readonly { readonly latency: Latency }[]): Latency {
  const names = Object.keys(rounds[0]?.latency ?? {})
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map(({ latency }) => latency[name] ?? Number.NaN))]),
  )
}
