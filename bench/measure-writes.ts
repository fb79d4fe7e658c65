import { fillDependents, fillUnrelated } from './filling.ts'
import { createLatencies } from './latency.ts'
import type { WriteResult } from './results.ts'
import { type Scene, type Server, UNRELATED_KEYS } from './scene.ts'
import { median, rotated } from './statistics.ts'
import { PLAIN, saysStatus, writes } from './variants.ts'

/** Milliseconds after which a variant that takes long for its writes has shown enough. */
const ENOUGH = 20_000
/** At least so many writes, however long they take. */
const LEAST = 5
/** Writes before those that count, as a share of them: the first find nothing compiled and no connection. */
const BEFORE = 0.2

/** Writes one by one, the variants by turns, in circumstances that grow. */
export async function measureWrites(scene: Scene, servers: readonly Server[]): Promise<WriteResult[]> {
  const { options, clear, say } = scene
  const writable = servers.filter(({ variant }) => writes(variant))
  const results: WriteResult[] = []
  for (const count of options.unrelatedKeys) {
    say(`writes: ${count} unrelated keys`)
    await fillUnrelated(scene, count)
    results.push(...(await writeByTurns(scene, writable, `${count} unrelated keys`)))
  }
  await clear(UNRELATED_KEYS)
  // The others keep no account of what depends on what.
  const accountable = writable.filter(({ variant }) => variant.name === PLAIN.name || saysStatus(variant))
  for (const count of options.dependentEntries) {
    say(`writes: ${count} dependent entries`)
    await clear()
    const revivals = await Promise.all(
      accountable.map(
        async ({ variant }) => [variant.name, await fillDependents(scene, variant, count)] as const,
      ),
    )
    const circumstance = `${count} dependent entries`
    results.push(...(await writeByTurns(scene, accountable, circumstance, new Map(revivals))))
    for (const [, { end }] of revivals) await end()
  }
  return results
}

interface Revival {
  revive(): Promise<unknown>
}

/** @param revivals by variant, what makes everything valid again that a write has dropped */
async function writeByTurns(
  { options, load, popular }: Scene,
  servers: readonly Server[],
  circumstance: string,
  revivals: ReadonlyMap<string, Revival> = new Map(),
): Promise<WriteResult[]> {
  const id = popular.books[0] ?? 0
  const taken = new Map(servers.map(({ variant }) => [variant.name, { all: [] as number[], spent: 0 }]))
  const before = Math.ceil(options.writes * BEFORE)
  for (let turn = -before; turn < options.writes; turn++) {
    const order = rotated(servers, turn + before)
    // Or each would always come after the same one, with what that leaves to be done.
    for (const { variant, url } of turn % 2 === 0 ? order : order.reverse()) {
      const own = taken.get(variant.name)
      if (!own || (own.spent > ENOUGH && own.all.length >= LEAST)) continue
      await revivals.get(variant.name)?.revive()
      const milliseconds = await load.ask('writeLatency', { url, id })
      if (turn < 0) continue
      own.spent += milliseconds
      own.all.push(milliseconds)
    }
  }
  const uncached = median(taken.get(PLAIN.name)?.all ?? [])
  return servers.map(({ variant }) => {
    const { all } = taken.get(variant.name) ?? { all: [] }
    const latencies = createLatencies()
    for (const milliseconds of all) latencies.add(milliseconds)
    const p50 = median(all)
    return {
      variant: variant.name,
      circumstance,
      p50,
      latency: latencies.distribution(),
      ratio: p50 / uncached,
    }
  })
}
