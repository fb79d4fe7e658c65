import { tagKey } from '../src/cache/tags.ts'
import { type Cached, createCached } from './in-process.ts'
import { type Scene, UNRELATED_KEYS } from './scene.ts'
import { saysStatus, type Variant } from './variants.ts'

const BATCH = 5000
/** Reads under way at once, while entries are made. */
const AT_ONCE = 50

/** Sees to it that there are so many keys that nothing depends on. */
export async function fillUnrelated({ redis, prefix }: Scene, count: number): Promise<void> {
  for (let at = 0; at < count; at += BATCH) {
    const pairs: string[] = []
    for (let key = at; key < Math.min(at + BATCH, count); key++)
      pairs.push(`${prefix}${UNRELATED_KEYS}${key}`, 'x')
    await redis.mset(pairs)
  }
}

/**
 * Reads so many different queries that depend on the most popular book through a variant's cache that all of them are
 * stored. What that gives makes them valid again after a write.
 */
export async function fillDependents(scene: Scene, variant: Variant, count: number) {
  if (!saysStatus(variant)) return { revive: async () => {}, end: async () => {} }
  const { redis, popular } = scene
  const id = popular.books[0] ?? 0
  const cached = await createCached(scene, variant)
  const argsOf = (number: number) => ({ where: { id, ratingsCount: { not: -1 - number } } })
  for (let at = 0; at < count; at += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, index) =>
        cached.client.book.findMany(argsOf(at + index)),
      ),
    )
  const { stored } = cached.client.$cache.stats().reads
  if (stored < count) throw new Error(`only ${stored} of ${count} entries were stored`)
  const keys = versionKeysOf(cached, 'findMany', argsOf(0))
  const versions = await redis.mget(keys)
  const pairs = keys.flatMap((key, index) => [key, versions[index] ?? ''])
  return { revive: () => redis.mset(pairs), end: cached.end }
}

/** The keys of the versions that a read of books depends on. */
export function versionKeysOf({ client, namespace }: Cached, operation: string, args: object): string[] {
  const plan = client.$cache.explain('Book', operation, args)
  if (!plan.cacheable) throw new Error(`a query of the benchmark is not cached: ${plan.reason}`)
  return plan.tags.map((tag) => `${namespace}:v:${tagKey(tag)}`)
}
