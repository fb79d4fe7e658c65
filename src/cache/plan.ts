import { argumentText, digest, NoKeyError } from './argument-key.ts'
import { canonicalArgs, holdsUndefined } from './canonical-args.ts'
import { CacheOptionError, type Settings } from './options.ts'
import { isArgs } from './pins.ts'
import { tagsOfRead } from './read-tags.ts'
import { isSearch, SEARCH_TTL } from './searches.ts'
import { tableOf, tagKey } from './tags.ts'
import { Touches } from './touches.ts'

/** The form in which entries are stored: another form, other keys. */
const FORM = 2

const READS = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
])

export const isRead = (operation: string): boolean => READS.has(operation)

/** What of a client's own changes what its queries return: its omissions, and the computed fields' needs. */
export interface Lens {
  readonly omit: unknown
  /** By model and computed field. */
  readonly computed: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Whether it refuses `undefined` in arguments, which otherwise says nothing. */
  readonly strict: boolean
}

export interface Read {
  readonly model: string
  readonly operation: string
  readonly args: unknown
  readonly dataPath: readonly string[]
  /** What the call makes of an aggregation's `_count`. */
  readonly count?: unknown
  readonly lens: Lens
}

/** How a read is cached, or why it is not. */
export type ReadPlan =
  | { readonly cacheable: true; readonly key: string; readonly tags: readonly string[]; readonly ttl: number }
  | { readonly cacheable: false; readonly reason: string }

/** Decides on a read from the schema, the settings and its arguments alone. */
export function planRead(settings: Settings, read: Read): ReadPlan {
  try {
    return planOf(settings, read)
  } catch (error) {
    if (error instanceof NoKeyError) return not(error.message)
    if (error instanceof RangeError) return not('its arguments are nested too deeply')
    throw error
  }
}

const not = (reason: string): ReadPlan => ({ cacheable: false, reason })

function planOf(settings: Settings, { model, operation, args, dataPath, count, lens }: Read): ReadPlan {
  const { schema, models, namespace, bypass } = settings
  if (bypass) return not('the cache is bypassed')
  if (!isRead(operation)) return not(`${operation} is not a read`)
  if (lens.strict && holdsUndefined(args)) return not('an argument is undefined')
  if ((operation === 'aggregate' || operation === 'groupBy') && isArgs(args) && 'select' in args)
    return not('what its select means depends on where it stands')
  const tags = [...tagsOfRead(schema, model, operation, args)]
  for (const reached of new Set(tags.map(tableOf))) {
    if (models[reached] === false) return not(`${reached} is configured to stay uncached`)
    if (schema.models[reached]?.view)
      return not(`${reached} is a view: the tables that it shows are not known`)
  }
  const text = argumentText([
    canonicalArgs(schema, model, operation, args),
    dataPath,
    count,
    lens,
    tenantOf(settings),
  ])
  const own = models[model]
  const ttl = (own ? own.ttl : undefined) ?? settings.ttl
  return {
    cacheable: true,
    key: `${namespace}:e:${schema.fingerprint}${FORM}:${model}:${operation}:${digest(text)}`,
    tags,
    ttl: isSearch(args) ? Math.min(ttl, SEARCH_TTL) : ttl,
  }
}

/** @throws CacheOptionError, and what the caller's `scope` throws */
export function tenantOf({ scope }: Settings): string | undefined {
  const tenant: unknown = scope?.()
  if (tenant === undefined || typeof tenant === 'string') return tenant
  throw new CacheOptionError('cache(): scope must give a string or undefined')
}

/** Keys of versions without which no entry is valid. */
export function everyVersionKey(settings: Settings): string[] {
  const touches = new Touches(settings.schema)
  touches.everything()
  return [...touches.tags].map((tag) => versionKey(settings, tag))
}

/** The key of a tag's version in the store. Not the fingerprint's: a deploy's old and new processes drop the same. */
export const versionKey = (settings: Settings, tag: string): string =>
  `${settings.namespace}:v:${tagKey(tag)}`
