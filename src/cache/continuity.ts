import type { Drops } from './drops.ts'
import type { Notes, Origin, Store } from './store.ts'

/**
 * Whether the store is the one that took all drops: not restarted with what it held earlier, nor replaced by a replica
 * that missed the last ones. The ids of its servers are kept in the store itself, and compared at each new connection.
 * Where one is not known there, or is another one for this process, everything is dropped before the store is believed.
 */
export class Continuity {
  private readonly origin: Origin | undefined
  private readonly notes: Notes | undefined
  private readonly key: string
  private readonly drops: Drops
  /** The servers that this process last took for the store, and that took its own drops. */
  private seen: readonly string[] | undefined
  private checked: number | undefined
  private checking: Promise<boolean> | undefined

  constructor(store: Store, namespace: string, drops: Drops) {
    this.origin = store.origin
    this.notes = store.notes
    this.key = `${namespace}:servers`
    this.drops = drops
  }

  /** Whether that has been seen of the connection that there is. */
  get isHeld(): boolean {
    return !this.origin || !this.notes || this.checked === this.origin.connection()
  }

  /** Callers share one look. */
  async holds(): Promise<boolean> {
    const { origin, notes } = this
    if (!origin || !notes || this.isHeld) return true
    this.checking ??= this.check(origin, notes)
      .catch(() => false)
      .finally(() => {
        this.checking = undefined
      })
    return this.checking
  }

  private async check(origin: Origin, notes: Notes): Promise<boolean> {
    const connection = origin.connection()
    const servers = await origin.servers()
    const known = Object.keys(await notes.all(this.key))
    const strange = servers.filter((id) => !known.includes(id) || this.seen?.includes(id) === false)
    if (strange.length > 0) {
      if (!(await this.drops.deliver(this.drops.everything))) return false
      for (const id of strange) await notes.put(this.key, id, '')
      const gone = known.filter((id) => !servers.includes(id))
      if (gone.length > 0) await notes.remove(this.key, gone)
    }
    if (origin.connection() !== connection) return false
    this.checked = connection
    this.seen = servers
    return true
  }
}
