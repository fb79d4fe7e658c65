import type { cache } from '../../src/cache/index.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import type { Owner } from '../support/database.ts'
import { connectGarden } from '../support/garden.ts'
import { Gate } from './property.ts'

/** Milliseconds after which a write that failed is dropped once more: not while what has survived it is looked at. */
const LONG = 3_600_000

/**
 * An uncached client and a cached one whose reads a gate can hold back.
 *
 * @param extension the cache, or a copy of it that has a fault
 */
export function connect(owner: Owner, url: string, extension?: typeof cache) {
  const gate = new Gate()
  const adapter = new WatchedAdapter(url, async (_, run) => {
    const result = await run()
    await gate.pass()
    return result
  })
  const options = { crashBound: LONG }
  return { ...connectGarden(owner, url, { adapter, options, ...(extension && { extension }) }), gate }
}
