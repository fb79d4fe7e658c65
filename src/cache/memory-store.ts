import { LRUCache } from 'lru-cache'
import { memoryRanks } from './memory-ranks.ts'
import { CacheOptionError } from './options.ts'
import type { Store } from './store.ts'

const MEGABYTE = 1024 * 1024

/**
 * A store in this process's memory. Only for a service that is one process: others neither see its entries nor drop
 * them.
 *
 * @param options.megabytes how much it holds, counted in characters; the longest unused goes first (default 64)
 */
export function memoryStore({ megabytes = 64 }: { megabytes?: number } = {}): Store {
  if (typeof megabytes !== 'number' || !(megabytes > 0))
    throw new CacheOptionError('memoryStore(): megabytes must be a number above 0')
  const texts = new LRUCache<string, string>({
    maxSize: Math.ceil(megabytes * MEGABYTE),
    sizeCalculation: (text, key) => text.length + key.length,
  })
  const read = (key: string) => texts.get(key) ?? null
  return {
    get: async (keys) => keys.map(read),
    async pin(keys, text, seconds) {
      for (const key of keys) if (!texts.has(key)) texts.set(key, text, { ttl: seconds * 1000 })
      return keys.map(read)
    },
    async set(key, text, seconds) {
      texts.set(key, text, { ttl: seconds * 1000 })
    },
    async drop(keys) {
      for (const key of keys) texts.delete(key)
    },
    life: async (key) => (texts.has(key) ? texts.getRemainingTTL(key) / 1000 : undefined),
    ranks: memoryRanks(),
  }
}
