import type { WriteEvent } from '../cache/index.ts'
import type { DropState } from './schemas.ts'

const REMEMBERED = 12
const TAGS_SHOWN = 20

/** The last drops that writes have made. */
export class RecentDrops {
  private readonly last: { readonly at: number; readonly drop: Omit<DropState, 'secondsAgo'> }[] = []
  private count = 0

  add({ writes, tags, delivered }: WriteEvent): void {
    const drop = {
      number: ++this.count,
      writes: writes.map(({ model, operation }) => ({ model: model ?? null, operation })),
      tags: tags.slice(0, TAGS_SHOWN),
      tagCount: tags.length,
      delivered,
    }
    this.last.unshift({ at: performance.now(), drop })
    this.last.length = Math.min(this.last.length, REMEMBERED)
  }

  /** The latest first. */
  list(): DropState[] {
    const now = performance.now()
    return this.last.map(({ at, drop }) => ({ ...drop, secondsAgo: Math.floor((now - at) / 1000) }))
  }
}
