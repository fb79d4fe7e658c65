import { channel } from 'node:diagnostics_channel'

/**
 * How a read was answered: `hit` from the store alone; `stored` from the database, and stored; `miss` from the
 * database, not stored; `bypass` from the database, the cache not asked; `failed` not at all, but with an error.
 */
export type Outcome = 'hit' | 'stored' | 'miss' | 'bypass' | 'failed'

/** Published on the channel `hotshelf:read` for every read, in the caller's async context. */
export interface ReadEvent {
  readonly namespace: string
  readonly model: string
  readonly operation: string
  readonly outcome: Outcome
  /** From the call to its answer. */
  readonly milliseconds: number
}

/** Published on the channel `hotshelf:call` for every call to the database, in the async context that it was made in. */
export interface CallEvent {
  readonly namespace: string
  /** Undefined for a raw statement. */
  readonly model: string | undefined
  readonly operation: string
  readonly failed: boolean
  readonly milliseconds: number
}

/** Published on the channel `hotshelf:write` when tags have been dropped, or are owed to a store out of reach. */
export interface WriteEvent {
  readonly namespace: string
  /** The models and operations that touched the tags; several for a transaction. */
  readonly writes: readonly { readonly model: string | undefined; readonly operation: string }[]
  readonly tags: readonly string[]
  readonly delivered: boolean
  /** That the drop took. */
  readonly milliseconds: number
}

/** Published on the channel `hotshelf:store` when the store no longer answers, and when it does so again. */
export interface StoreEvent {
  readonly namespace: string
  readonly down: boolean
}

export const storeChannel = channel('hotshelf:store')
export const readChannel = channel('hotshelf:read')
export const callChannel = channel('hotshelf:call')
export const writeChannel = channel('hotshelf:write')
