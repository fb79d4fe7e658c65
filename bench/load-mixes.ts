import type { Request } from 'autocannon'
import { createRandom } from '../test/history/random.ts'
import { type Load, type Loaded, runLoad } from './load-reads.ts'
import { createZipf } from './zipf.ts'

export interface Mix extends Load {
  /** The books, the most popular one first. */
  readonly ids: readonly number[]
  /** Of a thousand requests, how many write a book and how many ask for the first page of the list. */
  readonly writes: number
  readonly lists: number
  readonly seed: number
}

export interface Mixed extends Loaded {
  readonly writes: number
  /** Reads that were looked at. */
  readonly reads: number
  /** Of these, the ones that showed an older value than a write that had returned before they were asked. */
  readonly stale: number
}

/** What a connection is waiting for. */
interface Errand {
  readonly id?: number
  /** What it writes. */
  readonly value?: number
  /** The books' values that an answer must not go below, as they were when it was asked for. */
  readonly floors?: ReadonlyMap<number, number>
}

/** More than any count of the catalogue's own. */
const FIRST_VALUE = 1_000_000_000

/** All mixes write values that are larger than all earlier ones. */
export function createMixes(): (mix: Mix) => Promise<Mixed> {
  let last = FIRST_VALUE
  return async ({ ids, writes: perMille, lists, seed, ...load }) => {
    const random = createRandom(seed)
    const rank = createZipf(random, ids.length)
    const floors = new Map<number, number>()
    // One write of a row at a time: which of two at once is the later one, nobody could tell.
    const busy = new Set<number>()
    const counts = { writes: 0, reads: 0, stale: 0 }

    const next = (): Errand => {
      const dice = random(1000)
      if (dice >= perMille && dice < perMille + lists) return { floors: new Map(floors) }
      const id = ids[rank()] ?? 0
      if (dice < perMille && !busy.has(id)) {
        busy.add(id)
        return { id, value: ++last }
      }
      const floor = floors.get(id)
      return { id, floors: new Map(floor === undefined ? [] : [[id, floor]]) }
    }
    const finish = ({ id = 0, value, floors: seen }: Errand, status: number, body: string) => {
      if (value !== undefined) {
        busy.delete(id)
        counts.writes++
        if (status === 200) floors.set(id, value)
        return
      }
      if (status !== 200 || !seen) return
      counts.reads++
      if (booksOf(body).some((book) => book.ratingsCount < (seen.get(book.id) ?? 0))) counts.stale++
    }
    const request: Request = {
      setupRequest(request, context) {
        const errand = next()
        Object.assign(context, { errand })
        return { ...request, ...requestOf(errand) }
      },
      onResponse: (status, body, context: { errand?: Errand }) => {
        if (context.errand) finish(context.errand, status, body)
      },
    }
    const loaded = await runLoad(load, { requests: [request] })
    return { ...loaded, ...counts }
  }
}

const requestOf = ({ id, value }: Errand): Request => {
  if (id === undefined) return { method: 'GET', path: '/books?limit=20' }
  if (value === undefined) return { method: 'GET', path: `/books/${id}` }
  return {
    method: 'PATCH',
    path: `/books/${id}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ratingsCount: value }),
  }
}

interface Shown {
  readonly id: number
  readonly ratingsCount: number
}

function booksOf(body: string): readonly Shown[] {
  const answer: Shown | { readonly data: readonly Shown[] } = JSON.parse(body)
  return 'data' in answer ? answer.data : [answer]
}
