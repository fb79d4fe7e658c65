import type { EntryState } from '../cache/index.ts'
import { codeFingerprint } from '../code-fingerprint.ts'
import type { Database } from '../database.ts'
import { pageUrlOf } from '../page-name.ts'

/** What is read often: a page by its URL, or a query. */
export interface Hottest {
  readonly page?: string
  readonly query?: { readonly model: string; readonly operation: string; readonly args: unknown }
  /** By all processes, each hour counting half of the next. */
  readonly reads: number
  /** What it depends on; of a page that is not stored, nothing is known. */
  readonly tags: readonly string[]
  /** Absent where it is not stored, or what is stored is not valid. */
  readonly stored?: { readonly bytes: number; readonly age: number | undefined }
}

/** The pages that the service keeps. Whoever asks for the hottest again and again asks for these once. */
export const keptPages = async ({ $cache }: Database) => $cache.derived(await codeFingerprint(), String)

/**
 * What all processes read most, the most read first, with its tags and how it is stored.
 *
 * @param most how many, at most
 * @param kept what `keptPages` gives
 * @throws an Error where Redis cannot be reached
 */
export async function hottest(
  database: Database,
  most: number,
  kept = keptPages(database),
): Promise<Hottest[]> {
  const { $cache } = database
  const pages = await kept
  const hot = await Promise.all(
    (await $cache.hot(most)).map(async (read): Promise<Hottest | undefined> => {
      const { reads } = read
      if ('name' in read) {
        const page = pageUrlOf(read.name)
        if (page === undefined) return undefined
        const state = await pages.state(read.name)
        return { page, reads, tags: state?.tags ?? [], ...storedOf(state) }
      }
      const { model, operation, args } = read
      // One of a schema that is not this one's any more.
      const plan = planOf($cache, read)
      if (!plan?.cacheable) return undefined
      const state = await $cache.state(model, operation, args)
      return { query: { model, operation, args }, reads, tags: plan.tags, ...storedOf(state) }
    }),
  )
  return hot.filter((read) => read !== undefined)
}

const storedOf = (state: EntryState | undefined) =>
  state && { stored: { bytes: state.bytes, age: state.age } }

type Explained = ReturnType<Database['$cache']['explain']>

function planOf(
  { explain }: Database['$cache'],
  { model, operation, args }: NonNullable<Hottest['query']>,
): Explained | undefined {
  try {
    return explain(model, operation, args)
  } catch {
    return undefined
  }
}
