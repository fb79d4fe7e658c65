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

/** The key of the notes of what rows may leave. */
export const movesKey = (namespace: string): string => `${namespace}:moves`

/** The key of a process's beat. */
export const beatKey = (namespace: string, owner: string): string => `${namespace}:beat:${owner}`

/** The keys that a note names; undefined for a text that no version of this wrote. */
export function keysOf(text: string): string[] | undefined {
  try {
    const keys: unknown = JSON.parse(text)
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : undefined
  } catch {
    return undefined
  }
}

/** The texts of a write's notes. */
interface Note {
  readonly drops: string
  /** Of a write that takes rows out of row sets. */
  readonly moves?: string
}

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
  /** Own notes, by their names. */
  private readonly open = new Map<string, Note>()
  /** What rows may leave by own writes that have not been dropped. */
  private readonly moves = new Set<readonly string[]>()
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

  /**
   * Notes that a write is about to drop keys. The note is on its way before the statement is.
   *
   * @param left those among the keys whose row sets rows may leave
   */
  note(keys: readonly string[], left: readonly string[]): Intent {
    if (keys.length === 0) return NOTHING
    if (left.length > 0) this.moves.add(left)
    const { noted, done: forget } = this.notes ? this.put(this.notes, keys, left) : NOTHING
    const done = () => {
      this.moves.delete(left)
      forget()
    }
    const linger = () => {
      this.moves.delete(left)
      setTimeout(async () => {
        await this.drops.deliver(keys)
        done()
      }, this.bound).unref()
    }
    return { noted, done, linger }
  }

  /** Keys whose row sets rows may have left by writes of any process that have not been dropped. Never rejects. */
  async leaving(): Promise<readonly string[]> {
    const own = [...this.moves].flat()
    try {
      const texts = Object.values((await this.notes?.all(movesKey(this.namespace))) ?? {})
      return [...own, ...texts.flatMap((text) => keysOf(text) ?? this.drops.everything)]
    } catch {
      // The store is lost. Whoever moves rows drops what they have left once it is back.
      return own
    }
  }

  private put(
    notes: Notes,
    keys: readonly string[],
    left: readonly string[],
  ): Pick<Intent, 'noted' | 'done'> {
    this.timer ??= setInterval(() => this.renew(notes), this.bound * BEAT).unref()
    const name = `${this.owner}:${++this.count}`
    const note = { drops: JSON.stringify(keys), ...(left.length > 0 && { moves: JSON.stringify(left) }) }
    this.open.set(name, note)
    if (performance.now() - this.lastBeat > this.bound * BEAT) this.beat(notes)
    const noted = this.write(notes, name, note)
    noted.catch(() => {})
    const done = () => {
      if (this.drops.owing > 0) this.owed.add(name)
      else this.forget(notes, [name])
    }
    return { noted, done }
  }

  private async write(notes: Notes, name: string, { drops, moves }: Note): Promise<void> {
    await Promise.all([
      notes.put(notesKey(this.namespace), name, drops),
      moves && notes.put(movesKey(this.namespace), name, moves),
    ])
  }

  /** Writes of this process that the store has a note of. */
  get underWay(): number {
    return this.open.size
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
      if (late) await Promise.all([...this.open].map(([name, note]) => this.write(notes, name, note)))
    } catch {
      this.lastBeat = Number.NEGATIVE_INFINITY
    }
  }

  private async forget(notes: Notes, names: readonly string[]): Promise<void> {
    const moved = names.filter((name) => this.closed.has(name) || this.open.get(name)?.moves)
    for (const name of names) {
      this.open.delete(name)
      this.closed.add(name)
    }
    try {
      if (moved.length > 0) await notes.remove(movesKey(this.namespace), moved)
      await notes.remove(notesKey(this.namespace), names)
      for (const name of names) this.closed.delete(name)
    } catch {
      // Tried again with the next beat.
    }
  }
}
