/** Thrown by a store that was reached, and answered with an error: it is full, or still loading, say. */
export class StoreRefusalError extends Error {
  override name = 'StoreRefusalError'
}

/**
 * Where entries and versions are kept: texts under keys, which the store may lose at any time, but never alters or
 * brings back. No method reads or writes more than one key at a time as far as its caller can tell, so each may be
 * carried out on many servers. Every method rejects when the store cannot be reached, and with a StoreRefusalError when
 * it was but does not do it.
 */
export interface Store {
  /** What is under each key: a text, or null. The order is that of the keys. */
  get(keys: readonly string[]): Promise<(string | null)[]>
  /**
   * Puts a text under each key that has none, and then says what is under each: null where it was lost at once.
   *
   * @param seconds after which the store may forget
   */
  pin(keys: readonly string[], text: string, seconds: number): Promise<(string | null)[]>
  /** Puts a text under a key. */
  set(key: string, text: string, seconds: number): Promise<void>
  /** Removes what is under the keys. */
  drop(keys: readonly string[]): Promise<void>
  /** Seconds for which the store keeps what is under a key; undefined where nothing is. */
  life?(key: string): Promise<number | undefined>
  /** Of a store in which all processes count together. */
  readonly ranks?: Ranks
  /** Of a store that outlives the processes that use it. */
  readonly notes?: Notes
  /** Of a store that may come back with what it held earlier. Such a store keeps notes, too. */
  readonly origin?: Origin
}

/** Which servers a store is. */
export interface Origin {
  /** Another number after each connection that was lost: what answers then may be another server. */
  connection(): number
  /**
   * Ids of the servers, each of which changes when a server may have lost something. Rejects where one does not have all
   * that was written: a replica.
   */
  servers(): Promise<readonly string[]>
}

/** Names by how much they count, under one key. */
export interface Ranks {
  /** Adds to what names count, within limits that are the same at each call. */
  add(key: string, counts: ReadonlyMap<string, number>, limits: RankLimits): Promise<void>
  /** The names that count most, the first one most, and how much. */
  first(key: string, most: number): Promise<(readonly [name: string, count: number])[]>
}

export interface RankLimits {
  /** Names that are kept; those that count least go first. */
  readonly most: number
  /** Milliseconds after which all names count half, the first time that something is added. */
  readonly halfLife: number
  /** Seconds after which all are forgotten to which nothing was added. */
  readonly seconds: number
}

/** Texts by their names, under one key. */
export interface Notes {
  put(key: string, name: string, text: string): Promise<void>
  remove(key: string, names: readonly string[]): Promise<void>
  all(key: string): Promise<Readonly<Record<string, string>>>
  /** Puts a text under a key that has none, which the store forgets after so many milliseconds: false where it has one. */
  claim(key: string, milliseconds: number): Promise<boolean>
  /** Puts a text under a key of its own, which the store forgets after so many milliseconds. */
  beat(key: string, milliseconds: number): Promise<void>
}
