import { randomUUID } from 'node:crypto'
import type { Drops } from './drops.ts'
import type { Notes, Store } from './store.ts'

/** A write under way, whose drop others make if this process dies before it has. */
export interface Intent {
  /** Settles when the store has taken the note. */
  readonly noted: Promise<void>
  /** The write has been dropped, or there was nothing to drop. */
  done(): void
  /** Nobody knows whether the database commits it later than it was dropped: it is dropped once more. */
  linger(): void
}

/** Shares of the bound. A process is dead when two sweeps in a row have missed its beat: 0.4 + 2 × 0.2, and a rest. */
const BEAT = 0.1
const LIFE = 0.4
const SWEEP = 0.2
/** A beat that is there so long after the first look is of a process that has lived since, however late it came. */
const PROOF = 2 * LIFE

const NOTHING: Intent = { noted: Promise.resolve(), done() {}, linger() {} }

/**
 * Notes in the store what each write is about to drop, and drops what processes have noted that died.
 *
 * While it has notes, a process has a beat: a key that the store itself forgets. No clock but the store's counts.
 */
export class Intents {
  private readonly owner = randomUUID()
  private readonly store: Store
  private readonly notes: Notes | undefined
  private readonly namespace: string
  private readonly bound: number
  private readonly drops: Drops
  /** Own notes: their names and texts. */
  private readonly open = new Map<string, string>()
  /** Own notes of writes whose drop is owed. */
  private readonly owed = new Set<string>()
  /** Own notes that the store has yet to forget. */
  private readonly closed = new Set<string>()
  private count = 0
  private lastBeat = Number.NEGATIVE_INFINITY
  /** Processes whose beat the last sweep has missed. */
  private suspects: ReadonlySet<string> = new Set()
  private suspectedAt = Number.NEGATIVE_INFINITY
  /** When others' notes were first looked at. */
  private since = Number.POSITIVE_INFINITY
  /** Notes of others that were there at the first look, and are there yet, of processes that may have died before. */
  private before: ReadonlySet<string> | undefined
  private sweeping: Promise<boolean> | undefined
  private timers: NodeJS.Timeout[] | undefined

  /** @param bound milliseconds for which a process that dies within a write may leave a stale entry */
  constructor(store: Store, namespace: string, bound: number, drops: Drops) {
    this.store = store
    this.notes = store.notes
    this.namespace = namespace
    this.bound = bound
    this.drops = drops
  }

  /** Notes that a write is about to drop keys. The note is on its way before the statement is. */
  note(keys: readonly string[]): Intent {
    if (keys.length === 0) return NOTHING
    const { noted, done } = this.notes ? this.put(this.notes, keys) : NOTHING
    const linger = () => {
      setTimeout(async () => {
        await this.drops.deliver(keys)
        done()
      }, this.bound).unref()
    }
    return { noted, done, linger }
  }

  private put(notes: Notes, keys: readonly string[]): Pick<Intent, 'noted' | 'done'> {
    this.start()
    const name = `${this.owner}:${++this.count}`
    const text = JSON.stringify(keys)
    this.open.set(name, text)
    if (performance.now() - this.lastBeat > this.bound * BEAT) this.beat(notes)
    const noted = notes.put(this.key, name, text)
    noted.catch(() => {})
    const done = () => {
      if (this.drops.owing > 0) this.owed.add(name)
      else this.forget(notes, [name])
    }
    return { noted, done }
  }

  /** Whether every write that was under way when this process first looked has ended, or its process lives. Callers share a look. */
  async clear(): Promise<boolean> {
    const { notes } = this
    if (!notes || this.before?.size === 0) return true
    this.start()
    return this.sweep(notes)
  }

  /** Ends the timers. Notes of writes under way stay, for others to sweep. */
  close(): void {
    for (const timer of this.timers ?? []) clearInterval(timer)
  }

  private get key(): string {
    return `${this.namespace}:intents`
  }

  private beatKey(owner: string): string {
    return `${this.namespace}:beat:${owner}`
  }

  private start(): void {
    const { notes } = this
    if (this.timers || !notes) return
    this.timers = [
      setInterval(() => this.renew(notes), this.bound * BEAT).unref(),
      setInterval(() => this.sweep(notes), this.bound * SWEEP).unref(),
    ]
  }

  private renew(notes: Notes): void {
    if (this.owed.size > 0 && this.drops.owing === 0) {
      this.forget(notes, [...this.owed])
      this.owed.clear()
    }
    if (this.closed.size > 0) this.forget(notes, [...this.closed])
    if (this.open.size > 0) this.beat(notes)
  }

  private async beat(notes: Notes): Promise<void> {
    const before = this.lastBeat
    this.lastBeat = performance.now()
    // Others may have swept our notes meanwhile, or the store was down and has none.
    const late = this.lastBeat - before > this.bound * LIFE
    try {
      await notes.beat(this.beatKey(this.owner), Math.ceil(this.bound * LIFE))
      if (late) await Promise.all([...this.open].map(([name, text]) => notes.put(this.key, name, text)))
    } catch {
      this.lastBeat = Number.NEGATIVE_INFINITY
    }
  }

  private async forget(notes: Notes, names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.open.delete(name)
      this.closed.add(name)
    }
    try {
      await notes.remove(this.key, names)
      for (const name of names) this.closed.delete(name)
    } catch {
      // Tried again with the next beat.
    }
  }

  private sweep(notes: Notes): Promise<boolean> {
    this.sweeping ??= this.look(notes)
      .catch(() => false)
      .finally(() => {
        this.sweeping = undefined
      })
    return this.sweeping
  }

  private async look(notes: Notes): Promise<boolean> {
    const noted = Object.entries(await notes.all(this.key)).filter((note) => ownerOf(note) !== this.owner)
    if (!this.before) this.since = performance.now()
    const { dead, alive } = await this.checkBeats(noted)
    const swept = dead.length > 0 && (await this.sweepNotes(notes, dead))
    const left = noted.filter((note) => !alive.has(ownerOf(note)) && !(swept && dead.includes(note)))
    const names = left.map(([name]) => name)
    this.before = new Set(names.filter((name) => this.before?.has(name) ?? true))
    return this.before.size === 0
  }

  /** The notes whose process is dead, and the processes that have lived since the first look. */
  private async checkBeats(noted: readonly Note[]): Promise<Beats> {
    const now = performance.now()
    // A second look too soon after the first would take a beat that is on its way for missed.
    if (now - this.suspectedAt < this.bound * SWEEP * 0.9) return { dead: [], alive: new Set() }
    this.suspectedAt = now
    const owners = [...new Set(noted.map(ownerOf))]
    const beats = await this.store.get(owners.map((owner) => this.beatKey(owner)))
    const missed = new Set(owners.filter((_, index) => beats[index] === null))
    const dead = noted.filter((note) => missed.has(ownerOf(note)) && this.suspects.has(ownerOf(note)))
    this.suspects = missed
    const proven = now - this.since > this.bound * PROOF
    return { dead, alive: new Set(proven ? owners.filter((owner) => !missed.has(owner)) : []) }
  }

  /** Whether their drops could be delivered. */
  private async sweepNotes(notes: Notes, dead: readonly Note[]): Promise<boolean> {
    const keys = new Set(dead.flatMap(([, text]) => keysOf(text)))
    if (!(await this.drops.deliver([...keys]))) return false
    await notes.remove(
      this.key,
      dead.map(([name]) => name),
    )
    return true
  }
}

/** Its name and its text. */
type Note = [string, string]

interface Beats {
  readonly dead: readonly Note[]
  readonly alive: ReadonlySet<string>
}

const ownerOf = ([name]: Note): string => name.slice(0, name.lastIndexOf(':'))

function keysOf(text: string): string[] {
  const keys: unknown = JSON.parse(text)
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : []
}
