import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { CallEvent, ReadEvent, WriteEvent } from './cache/index.ts'

interface Events {
  readonly read: ReadEvent
  readonly call: CallEvent
  readonly write: WriteEvent
}

/**
 * Hears of what a cache does.
 *
 * @param namespace of the cache: that of another service in this process has another one
 * @returns what ends it
 */
export function hearCache(
  namespace: string,
  hear: { readonly [Kind in keyof Events]?: (event: Events[Kind]) => void },
): () => void {
  const ends = [on('read', hear.read), on('call', hear.call), on('write', hear.write)]
  return () => {
    for (const end of ends) end()
  }

  function on<Kind extends keyof Events>(kind: Kind, hearOne?: (event: Events[Kind]) => void): () => void {
    if (!hearOne) return () => {}
    const listener = (message: unknown) => {
      const event = message as Events[Kind]
      if (event.namespace === namespace) hearOne(event)
    }
    subscribe(`hotshelf:${kind}`, listener)
    return () => unsubscribe(`hotshelf:${kind}`, listener)
  }
}
