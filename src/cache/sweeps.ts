import { performance } from 'node:perf_hooks'
import type { Drops } from './drops.ts'
import { beatKey, keysOf, LIFE, movesKey, notesKey } from './intents.ts'
import type { Notes, Store } from './store.ts'

/** Share of the bound between two sweeps. A process is dead when two in a row have missed its beat: 0.4 + 2 × 0.2, and a rest. */
const SWEEP = 0.2

/** Share of the bound after the first look when a beat that is there shows that its process has lived since, however late it came. */
const PROOF = 2 * LIFE

/** Drops what processes have noted that died, and says whether one may have. */
export class Sweeps {
  /** Notes of dead processes whose drops this one has made. */
  swept = 0
  private readonly store: Store
  private readonly namespace: string
  private readonly bound: number
  private readonly drops: Drops
  private readonly own: string
  /** Processes whose beat the last sweep has missed. */
  private suspects: ReadonlySet<string> = new Set()
  private suspectedAt = Number.NEGATIVE_INFINITY
  /** When others' notes were first looked at. */
  private since = Number.POSITIVE_INFINITY
  /** Notes of others that were there at the first look, and are there yet, of processes that may have died before. */
  private before: ReadonlySet<string> | undefined
  private sweeping: Promise<boolean> | undefined
  private timer: NodeJS.Timeout | undefined

  /**
   * @param bound milliseconds for which a process that dies within a write may leave a stale entry
   * @param own the name of this process in its own notes
   */
  constructor(store: Store, namespace: string, bound: number, drops: Drops, own: string) {
    this.store = store
    this.namespace = namespace
    this.bound = bound
    this.drops = drops
    this.own = own
  }

  /** Whether that is known to be so, once and for all. */
  get isClear(): boolean {
    return !this.store.notes || this.before?.size === 0
  }

  /**
   * Whether every write that was under way when this process first looked has ended, or its process lives. Callers share
   * a look.
   */
  async clear(): Promise<boolean> {
    const { notes } = this.store
    if (!notes || this.isClear) return true
    this.start()
    return this.sweep(notes)
  }

  /** Sweeps from now on. A client that is never used does not. */
  start(): void {
    const { notes } = this.store
    if (notes) this.timer ??= setInterval(() => this.sweep(notes), this.bound * SWEEP).unref()
  }

  /** Sweeps no more. */
  close(): void {
    clearInterval(this.timer)
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
    const [moves, drops] = await Promise.all(
      [movesKey, notesKey].map((key) => notes.all(key(this.namespace))),
    )
    const noted = Object.entries({ ...moves, ...drops }).filter((note) => ownerOf(note) !== this.own)
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
    const beats = await this.store.get(owners.map((owner) => beatKey(this.namespace, owner)))
    const missed = new Set(owners.filter((_, index) => beats[index] === null))
    const dead = noted.filter((note) => missed.has(ownerOf(note)) && this.suspects.has(ownerOf(note)))
    this.suspects = missed
    const proven = now - this.since > this.bound * PROOF
    return { dead, alive: new Set(proven ? owners.filter((owner) => !missed.has(owner)) : []) }
  }

  /** Whether their drops could be delivered. */
  private async sweepNotes(notes: Notes, dead: readonly Note[]): Promise<boolean> {
    const keys = new Set(dead.flatMap(([, text]) => keysOf(text) ?? this.drops.everything))
    if (!(await this.drops.deliver([...keys]))) return false
    const names = dead.map(([name]) => name)
    await notes.remove(movesKey(this.namespace), names)
    await notes.remove(notesKey(this.namespace), names)
    this.swept += new Set(names).size
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
