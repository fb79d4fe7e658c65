import { isArgs } from './pins.ts'

/** Seconds that an entry of a search is kept at most. */
export const SEARCH_TTL = 60

/** Filters by what somebody types, of which there are more than anyone asks for twice. */
const SEARCHES = new Set([
  'contains',
  'startsWith',
  'endsWith',
  'search',
  'string_contains',
  'string_starts_with',
  'string_ends_with',
])

/** Whether a read searches for a text: what such reads could fill a store with has no bound but their rate. */
export const isSearch = (args: unknown): boolean =>
  Array.isArray(args)
    ? args.some(isSearch)
    : isArgs(args) && Object.entries(args).some(([name, value]) => SEARCHES.has(name) || isSearch(value))
