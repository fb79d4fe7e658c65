import type { Store } from '../../src/cache/index.ts'
import { step } from './actor.ts'

/** Carries out what another process does for this one, as a step or as two. */
export type Exchange = <T>(name: string, run: () => Promise<T>) => Promise<T>

/** An exchange whose answer is under way for a while, during which others go on. */
export const slowExchange: Exchange = async (name, run) => {
  const answer = await step(name, run)
  await step(`answer to ${name}`, async () => {})
  return answer
}

/**
 * A store whose commands are exchanges, those of `redisStore`.
 *
 * @param cluster whether a command reaches one key, as in a cluster, or many at once, as in a single Redis
 * @param seen gets the keys that have been used
 */
export function steppedStore(store: Store, exchange: Exchange, cluster: boolean, seen: Set<string>): Store {
  const one = async <T>(name: string, keys: readonly string[], command: Command<T>) => {
    for (const key of keys) seen.add(key)
    return exchange(name, () => command(keys))
  }
  /** For each key by itself. */
  async function each<T>(name: string, keys: readonly string[], command: Command<T>): Promise<T[]> {
    const results: T[] = []
    for (const key of keys) results.push(await one(name, [key], command))
    return results
  }
  const get = async (name: string, keys: readonly string[]) =>
    cluster ? (await each(name, keys, store.get)).flat() : one(name, keys, store.get)
  return {
    get: (keys) => get('look up', keys),
    async pin(keys, text, seconds) {
      await each('pin', keys, async (key) => void (await store.pin(key, text, seconds)))
      return get('read back', keys)
    },
    set: (key, text, seconds) => one('set', [key], () => store.set(key, text, seconds)),
    async drop(keys) {
      await (cluster ? each('drop', keys, store.drop) : one('drop', keys, store.drop))
    },
  }
}

type Command<T> = (keys: readonly string[]) => Promise<T>
