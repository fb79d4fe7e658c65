import { randomUUID } from 'node:crypto'
import { decode, encode, type Shape } from './codec.ts'
import type { Outcome } from './events.ts'
import type { Leases } from './leases.ts'
import { type Lookups, stampOf } from './lookups.ts'
import type { Store } from './store.ts'

/** A read that may be answered from the store. */
export interface CachedRead {
  readonly key: string
  /** The keys of its tags' versions. */
  readonly versions: readonly string[]
  readonly shape: Shape
  /** Seconds that its entry is kept. */
  readonly ttl: number
  /** Bytes above which its result is not stored. */
  readonly maxBytes: number
  /** Asks the database. */
  readonly ask: () => Promise<unknown>
}

/** A read's result, and how it was had. */
export interface Answer {
  readonly result: unknown
  readonly outcome: Outcome
  /** The versions that it was answered under, where they are all known. */
  readonly stamp?: string
}

interface Filled {
  readonly text: string
  readonly stored: boolean
}

interface Filling {
  readonly result: unknown
  readonly filled: Filled | undefined
}

/** Answers reads from the entries in the store, and fills it. */
export class Entries {
  /** Results that were not stored for their size. */
  tooLarge = 0
  /** Reads that another's database call answered: one of this process, and one of another process. */
  readonly shared = { joined: 0, leased: 0 }
  /** What has been stored. */
  readonly stored = { count: 0, bytes: 0 }
  private undecodable = 0
  private readonly store: Store
  private readonly lookups: Lookups<string>
  private readonly leases: Leases
  private readonly life: number
  /** Database calls under way, by entry key and the versions that they were asked under. */
  private readonly flights = new Map<string, Promise<Filled | undefined>>()

  /** @param life seconds that versions are kept */
  constructor(store: Store, lookups: Lookups<string>, leases: Leases, life: number) {
    this.store = store
    this.lookups = lookups
    this.leases = leases
    this.life = life
  }

  /** Entries that were there and no entries: cut short, or written by something else. */
  get unreadable(): number {
    return this.undecodable + this.lookups.unstamped
  }

  /** @throws what `ask` throws, and nothing else */
  async answer(read: CachedRead): Promise<Answer> {
    const found = await this.lookups.find(read.key, read.versions, read.ttl)
    if (!found) return { result: await read.ask(), outcome: 'bypass' }
    const opened = 'value' in found ? this.open(read.shape, found.value) : undefined
    if (opened && 'value' in found) return { ...opened, outcome: 'hit', stamp: found.stamp }
    const stamp = 'value' in found ? found.stamp : await this.pin(read, found.versions)
    if (stamp === undefined) return { result: await read.ask(), outcome: 'miss' }

    // The versions are part of the name: a read that starts after a write does not join a call from before it.
    const flight = `${read.key} ${stamp}`
    const running = this.flights.get(flight)
    const joined = running && (await running)
    if (joined) this.shared.joined++
    const answer = joined
      ? { result: decode(read.shape, joined.text), outcome: outcomeOf(joined) }
      : await this.fly(read, flight, stamp)
    return { ...answer, stamp }
  }

  /** An entry that was cut short, or written by something else, is a miss. */
  private open(shape: Shape, text: string): { readonly result: unknown } | undefined {
    try {
      return { result: decode(shape, text) }
    } catch {
      this.undecodable++
      return undefined
    }
  }

  /** Creates the missing versions, and makes one text of all; undefined where one could not be created. */
  private async pin(read: CachedRead, seen: readonly (string | null)[]): Promise<string | undefined> {
    const missing = read.versions.filter((_, index) => seen[index] === null)
    if (missing.length === 0) return stampOf(seen)
    try {
      const version = newVersion()
      const pinned = await this.store.pin(missing, version, this.life)
      const byKey = new Map(missing.map((key, index) => [key, pinned[index] ?? null]))
      return stampOf(read.versions.map((key, index) => seen[index] ?? byKey.get(key) ?? null))
    } catch {
      return undefined
    }
  }

  private async fly(read: CachedRead, flight: string, stamp: string): Promise<Answer> {
    const filling = this.fill(read, stamp)
    const joinable = filling.then(
      ({ filled }) => filled,
      () => undefined,
    )
    this.flights.set(flight, joinable)
    try {
      const { result, filled } = await filling
      return { result, outcome: outcomeOf(filled) }
    } finally {
      if (this.flights.get(flight) === joinable) this.flights.delete(flight)
    }
  }

  private async fill(read: CachedRead, stamp: string): Promise<Filling> {
    const { text, release } = await this.leases.take(read, stamp)
    const opened = text === undefined ? undefined : this.open(read.shape, text)
    if (opened && text !== undefined) {
      this.shared.leased++
      return { ...opened, filled: { text, stored: true } }
    }
    let stored = false
    try {
      const result = await read.ask()
      const text = textOf(read.shape, result)
      if (text === undefined) return { result, filled: undefined }
      stored = await this.keep(read, stamp, text)
      return { result, filled: { text, stored } }
    } finally {
      release(stored)
    }
  }

  private async keep(read: CachedRead, stamp: string, text: string): Promise<boolean> {
    const bytes = Buffer.byteLength(text)
    if (bytes > read.maxBytes) {
      this.tooLarge++
      return false
    }
    try {
      await this.store.set(read.key, `${stamp}\n${text}`, read.ttl)
      this.lookups.keep(read.key, stamp, { head: '', text, ttl: read.ttl })
      this.stored.count++
      this.stored.bytes += bytes
      return true
    } catch {
      return false
    }
  }
}

/** Of 90 random bits, out of the pool that UUIDs are drawn from: to ask for bytes each time costs as much as a command. */
const newVersion = (): string =>
  Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url').slice(0, 16)

const outcomeOf = (filled: Filled | undefined): Outcome => (filled?.stored ? 'stored' : 'miss')

/** A result that cannot be stored is served all the same: what another extension made, or too deep or long for JSON. */
function textOf(shape: Shape, result: unknown): string | undefined {
  try {
    return encode(shape, result)
  } catch {
    return undefined
  }
}
