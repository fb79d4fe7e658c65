import { Breaker } from './breaker.ts'
import { type StoreEvent, storeChannel } from './events.ts'
import type { Store } from './store.ts'

export interface GuardedStore extends Store {
  /** Whether the store is taken for down, and not asked. */
  readonly down: boolean
  /** Asks the store, if it is taken for down, whether it still is. */
  retry(): Promise<void>
  /** Asks the store no more in the background. */
  close(): void
}

/**
 * A store whose methods take no longer than a deadline each, and fail at once while the store is down.
 *
 * @param deadline milliseconds
 * @param namespace under which keys are the cache's own
 */
export function guardedStore(store: Store, deadline: number, namespace: string): GuardedStore {
  const probe = () => store.get([`${namespace}:probe`])
  const breaker = new Breaker(deadline, probe, (down) => {
    const event: StoreEvent = { namespace, down }
    storeChannel.publish(event)
  })
  const { notes, origin, ranks } = store
  return {
    ...(origin && {
      origin: { connection: () => origin.connection(), servers: () => breaker.run(() => origin.servers()) },
    }),
    ...(notes && {
      notes: {
        put: (key, name, text) => breaker.run(() => notes.put(key, name, text)),
        remove: (key, names) => breaker.run(() => notes.remove(key, names)),
        all: (key) => breaker.run(() => notes.all(key)),
        claim: (key, milliseconds) => breaker.run(() => notes.claim(key, milliseconds)),
        beat: (key, milliseconds) => breaker.run(() => notes.beat(key, milliseconds)),
      },
    }),
    ...(ranks && {
      ranks: {
        add: (key, counts, limits) => breaker.run(() => ranks.add(key, counts, limits)),
        first: (key, most) => breaker.run(() => ranks.first(key, most)),
      },
    }),
    ...(store.life && { life: (key) => breaker.run(async () => store.life?.(key)) }),
    get down() {
      return breaker.open
    },
    retry: () => breaker.retry(),
    close: () => breaker.close(),
    get: (keys) => breaker.run(() => store.get(keys)),
    pin: (keys, text, seconds) => breaker.run(() => store.pin(keys, text, seconds)),
    set: (key, text, seconds) => breaker.run(() => store.set(key, text, seconds)),
    drop: (keys) => breaker.run(() => store.drop(keys)),
  }
}
