import { bookListArgs } from '../src/routes/book-list.ts'
import { versionKeysOf } from './filling.ts'
import { createCached, createUncached, timeCalls } from './in-process.ts'
import type { MemoryResult, TagResult } from './results.ts'
import type { Scene } from './scene.ts'
import { VARIANTS } from './variants.ts'

/** Row sets that a query pins; it has the tag of a sweep, too. */
const ROW_SETS = [1, 10, 50]
/** Lists that share their versions. */
const LISTS = 20
const LIMIT = 20
const include = { authors: { orderBy: { id: 'asc' } } } as const

const variant = () => {
  const found = VARIANTS.find(({ name }) => name === 'hotshelf')
  if (!found) throw new Error('there is no variant over Redis')
  return found
}

/** How long a hit takes by how many tags its query has, all else alike; and the same query without a cache. */
export async function measureTags(scene: Scene): Promise<TagResult[]> {
  const { options, popular } = scene
  const cached = await createCached(scene, variant())
  const uncached = createUncached(scene)
  const results: TagResult[] = []
  for (const count of ROW_SETS) {
    const args = { where: { id: { in: popular.books.slice(0, count) } }, take: 1 }
    await cached.client.book.findMany(args)
    const hit = await timeCalls(options.calls, () => cached.client.book.findMany(args))
    const miss = await timeCalls(options.calls / 10, () => uncached.client.book.findMany(args))
    results.push({ tags: count, hit, uncached: miss })
  }
  await cached.end()
  await uncached.end()
  return results
}

/** What pages of the list of books take in Redis, and what their results are as JSON. */
export async function measureMemory(scene: Scene): Promise<MemoryResult[]> {
  const { redis } = scene
  const cached = await createCached(scene, variant())
  const { client } = cached
  const first = { ...bookListArgs({ limit: LIMIT, sort: '-ratingsCount' }), take: LIMIT, include }
  const versions = new Set<string>()
  let json = 0
  let entry = 0
  const usage = async (key: string) => (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? Number.NaN
  for (let page = 0; page < LISTS; page++) {
    const args = { ...first, skip: page }
    json += Buffer.byteLength(JSON.stringify(await client.book.findMany(args)))
    const plan = client.$cache.explain('Book', 'findMany', args)
    if (!plan.cacheable) throw new Error(`a list is not cached: ${plan.reason}`)
    entry += await usage(plan.key)
    for (const key of versionKeysOf(cached, 'findMany', args)) versions.add(key)
  }
  const bytes = await Promise.all([...versions].map(usage))
  const shared = bytes.reduce((sum, each) => sum + each, 0)
  await cached.end()
  const extra = (more: number) => (entry + more) / json - 1
  return [
    {
      json: Math.round(json / LISTS),
      entry: Math.round(entry / LISTS),
      versions: shared,
      tags: versions.size,
      entries: LISTS,
      extra: { without: extra(0), amortised: extra(shared), alone: extra(shared * LISTS) },
    },
  ]
}
