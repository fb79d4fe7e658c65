import type { CrowdResult, FirstReadResult } from './results.ts'
import type { Scene, Server } from './scene.ts'
import { spreadOf } from './statistics.ts'
import { saysStatus, writes } from './variants.ts'

const PATH = '/books?limit=20'
/** Milliseconds from a write to the read that should be a hit again. */
const LATER = 100

/** Many requests for one key that nobody has cached, over several processes: how often the database is asked. */
export async function measureCrowd(scene: Scene, servers: readonly Server[]): Promise<CrowdResult[]> {
  const { options, load, clear, startServer, say } = scene
  const results: CrowdResult[] = []
  for (const first of servers.filter(({ variant }) => writes(variant))) {
    const { variant } = first
    say(`crowd: ${variant.name}`)
    const more = await Promise.all(Array.from({ length: options.processes - 1 }, () => startServer(variant)))
    const all = [first, ...more]
    const urls = all.map(({ url }) => url)
    const statements = async () => {
      const used = await Promise.all(all.map(({ child }) => child.ask('used', null)))
      return used.reduce((sum, { statements }) => sum + statements, 0)
    }
    const crowd = async (urls: readonly string[], requests: number) => {
      await clear()
      const before = await statements()
      const { failed } = await load.ask('crowd', { urls, path: PATH, requests })
      return { failed, statements: (await statements()) - before }
    }
    // What connections are opened with is no part of a call.
    await crowd(urls, options.crowd)
    const alone = await crowd([first.url], 1)
    const rounds = []
    for (let round = 0; round < options.rounds; round++) rounds.push(await crowd(urls, options.crowd))
    await Promise.all(more.map(({ child }) => child.stop()))
    results.push({
      variant: variant.name,
      requests: options.crowd,
      processes: options.processes,
      calls: spreadOf(rounds.map(({ statements }) => statements / alone.statements)),
      failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    })
  }
  return results
}

/** Whether a list that is read all the time is a hit again some time after a write to it. */
export async function measureFirstReads(
  { load, options, clear }: Scene,
  servers: readonly Server[],
): Promise<FirstReadResult[]> {
  const results: FirstReadResult[] = []
  for (const { variant, url } of servers.filter(({ variant }) => saysStatus(variant))) {
    await clear()
    const { hits } = await load.ask('firstReads', { url, times: options.firstReads, later: LATER })
    results.push({ variant: variant.name, writes: options.firstReads, hits })
  }
  return results
}
