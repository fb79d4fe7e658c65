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

/** Shares of the bound: between two beats of a process, and after which the store forgets one. */
const BEAT = 0.1
export const LIFE = 0.4

/** The key of all notes. */
export const notesKey = (namespace: string): string => `${namespace}:intents`

/** The key of a process's beat. */
export const beatKey = (namespace: string, owner: string): string => `${namespace}:beat:${owner}`

const NOTHING: Intent = { noted: Promise.resolve(), done() {}, linger() {} }

/**
 * Notes in the store what each write is about to drop, so that others can if this process dies: see `sweeps.ts`.
 *
 * While it has notes, a process has a beat: a key that the store itself forgets. No clock but the store's counts.
 */
export class Intents {
  readonly owner = randomUUID()
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
  private timer: NodeJS.Timeout | undefined

  /** @param bound milliseconds for which a process that dies within a write may leave a stale entry */
  constructor(store: Store, namespace: string, bound: number, drops: Drops) {
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
    this.timer ??= setInterval(() => this.renew(notes), this.bound * BEAT).unref()
    const name = `${this.owner}:${++this.count}`
    const text = JSON.stringify(keys)
    this.open.set(name, text)
    if (performance.now() - this.lastBeat > this.bound * BEAT) this.beat(notes)
    const noted = notes.put(notesKey(this.namespace), name, text)
    noted.catch(() => {})
    const done = () => {
      if (this.drops.owing > 0) this.owed.add(name)
      else this.forget(notes, [name])
    }
    return { noted, done }
  }

  /** Beats no more. Notes of writes under way stay, for others to sweep. */
  close(): void {
    clearInterval(this.timer)
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
      await notes.beat(beatKey(this.namespace, this.owner), Math.ceil(this.bound * LIFE))
      if (late)
        await Promise.all(
          [...this.open].map(([name, text]) => notes.put(notesKey(this.namespace), name, text)),
        )
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
      await notes.remove(notesKey(this.namespace), names)
      for (const name of names) this.closed.delete(name)
    } catch {
      // Tried again with the next beat.
    }
  }
}
