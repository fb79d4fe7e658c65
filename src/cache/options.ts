import type { CacheSchema } from './schema-facts.ts'
import type { Store } from './store.ts'

export interface CacheOptions {
  /** The map that the `cacheSchema` generator writes at `prisma generate`. */
  readonly schema: CacheSchema
  readonly store: Store
  /** The first part of every key in the store. Processes that share rows must share it. Default `hotshelf`. */
  readonly namespace?: string
  /** Seconds that an entry is kept, to give memory back; freshness does not depend on it. Default 3600. */
  readonly ttl?: number
  /** By model: `false` to ask the database for every query that reaches it, or settings of its own. */
  readonly models?: Readonly<Record<string, false | { readonly ttl?: number }>>
  /** The tenant on whose behalf a read is made, where one query answers differently for each. */
  readonly scope?: () => string | undefined
  /** Reads go to the database, while writes still drop what other processes have stored. Default false. */
  readonly bypass?: boolean
}

export type Settings = Required<Omit<CacheOptions, 'scope'>> & Pick<CacheOptions, 'scope'>

/** Thrown for options that cannot be, with what would be right. */
export class CacheOptionError extends Error {
  override name = 'CacheOptionError'
}

const KNOWN = new Set(['schema', 'store', 'namespace', 'ttl', 'models', 'scope', 'bypass'])

/**
 * The options with their defaults.
 *
 * @throws CacheOptionError
 */
export function settingsOf(options: CacheOptions): Settings {
  const {
    schema,
    store,
    namespace = 'hotshelf',
    ttl = 3600,
    models = {},
    scope,
    bypass = false,
  } = options ?? {}
  const fail = (message: string): never => {
    throw new CacheOptionError(`cache(): ${message}`)
  }
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) fail(`there is no option ${name}`)
  if (typeof schema?.fingerprint !== 'string' || typeof schema.models !== 'object')
    fail('schema must be the map that `prisma generate` writes')
  if (typeof store?.get !== 'function') fail('store must be redisStore(…), memoryStore(…) or one of your own')
  if (typeof namespace !== 'string' || !/^[\w.:-]+$/.test(namespace))
    fail('namespace must be made of letters, digits and . _ : -')
  const checkTtl = (value: unknown, name: string) => {
    if (!Number.isInteger(value) || Number(value) < 1)
      fail(`${name} must be a whole number of seconds, at least 1`)
  }
  checkTtl(ttl, 'ttl')
  for (const [name, own] of Object.entries(models)) {
    if (!Object.hasOwn(schema.models, name))
      fail(`models: there is no model ${name}, only ${Object.keys(schema.models).join(', ')}`)
    if (own !== false && own?.ttl !== undefined) checkTtl(own.ttl, `models.${name}.ttl`)
    if (own !== false && (typeof own !== 'object' || own === null))
      fail(`models.${name} must be false or an object`)
  }
  if (scope !== undefined && typeof scope !== 'function') fail('scope must be a function')
  if (typeof bypass !== 'boolean') fail('bypass must be true or false')
  return { schema, store, namespace, ttl, models, bypass, ...(scope && { scope }) }
}
