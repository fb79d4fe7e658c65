import type { EntryState, Explanation } from '../cache/index.ts'
import type { Database } from '../database.ts'

/** How a query is cached, which writes drop it, and how it is stored where it is and Redis tells. */
export type Explained = Explanation & { readonly stored?: EntryState }

/** @throws CacheOptionError for a model that there is not */
export async function explained(
  { $cache }: Database,
  model: string,
  operation: string,
  args: unknown,
): Promise<Explained> {
  const explanation = $cache.explain(model, operation, args)
  const stored = await $cache.state(model, operation, args).catch(() => undefined)
  return { ...explanation, ...(stored && { stored }) }
}
