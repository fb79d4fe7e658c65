import { argumentJson, parseArguments } from './argument-json.ts'
import { isRead, type Read } from './plan.ts'
import type { RankLimits, Ranks } from './store.ts'

/** A query as it can be asked again. */
export interface HotQuery {
  readonly model: string
  readonly operation: string
  /** As the cache sees them: what another extension makes of arguments is in them. */
  readonly args: unknown
}

/** A query, or the name of a derived text, that is read often. */
export type HotRead = (HotQuery | { readonly name: string }) & {
  /** By all processes, each hour counting half of the next. */
  readonly reads: number
}

/** Milliseconds between two times that a process hands over what it has counted. */
const PAUSE = 5000
/** Different queries, and names, that a process counts in between. */
const COUNTED = 2000
/** Those of them that it hands over: the most read ones. */
const HANDED_OVER = 200
/** Bytes of the longest that is kept. */
const LONGEST = 2048

const HOUR = 3600

/** What Prisma takes for a model's name. */
const MODEL = /^[A-Za-z]\w*$/

interface Counted {
  readonly read: Read | string
  reads: number
}

/**
 * Counts what is read, and keeps in the store what is read most by all processes. Its key does not depend on the schema:
 * after a deploy the list tells what to fill the cache with.
 */
export class HotReads {
  private readonly ranks: Ranks | undefined
  private readonly key: string
  private readonly limits: RankLimits
  private counted = new Map<string, Counted>()
  private timer: NodeJS.Timeout | undefined

  /** @param most how many are kept; with 0 nothing is counted */
  constructor(ranks: Ranks | undefined, namespace: string, most: number) {
    this.ranks = ranks
    this.key = hotKey(namespace)
    this.limits = { most, halfLife: HOUR * 1000, seconds: 7 * 24 * HOUR }
  }

  /**
   * Something was read.
   *
   * @param key of its entry, or what else tells it apart
   * @param read the query, or the name of the derived text
   */
  count(key: string, read: Read | string): void {
    const counted = this.counted.get(key)
    if (counted) counted.reads++
    else if (this.limits.most > 0 && this.counted.size < COUNTED) {
      this.counted.set(key, { read, reads: 1 })
      this.timer ??= setTimeout(() => this.handOver(), PAUSE).unref()
    }
  }

  /** Adds what was counted to the list. Never rejects: what the store does not take is forgotten. */
  async handOver(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const most = [...this.counted.values()].sort((one, other) => other.reads - one.reads)
    this.counted = new Map()
    const counts = new Map<string, number>()
    for (const { read, reads } of most.slice(0, HANDED_OVER)) {
      const text = textOf(read)
      if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + reads)
    }
    if (counts.size > 0) await this.ranks?.add(this.key, counts, this.limits).catch(() => {})
  }

  /**
   * What is read most, the most read first.
   *
   * @throws an Error where the store cannot be reached
   */
  async first(most: number): Promise<HotRead[]> {
    const texts = most > 0 ? await this.ranks?.first(this.key, most) : undefined
    return (texts ?? []).flatMap(([text, reads]) => {
      const read = readOf(text)
      return read ? [{ ...read, reads }] : []
    })
  }
}

/** The key of the list. */
export const hotKey = (namespace: string): string => `${namespace}:hot`

/** Undefined for what cannot be asked again, as a fluent call, or is too long. */
function textOf(read: Read | string): string | undefined {
  if (typeof read !== 'string' && read.dataPath.length > 0) return undefined
  try {
    const parts = typeof read === 'string' ? [read] : [read.model, read.operation, argumentJson(read.args)]
    const text = JSON.stringify(parts)
    return Buffer.byteLength(text) > LONGEST ? undefined : text
  } catch {
    return undefined
  }
}

/** Undefined for what no version of this wrote. */
function readOf(text: string): HotQuery | { readonly name: string } | undefined {
  try {
    const parts: unknown = JSON.parse(text)
    if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return undefined
    const [first = '', operation, args] = parts
    if (operation === undefined) return { name: first }
    if (!MODEL.test(first) || !isRead(operation) || args === undefined) return undefined
    const parsed = parseArguments(args)
    return argumentJson(parsed) === args ? { model: first, operation, args: parsed } : undefined
  } catch {
    return undefined
  }
}
