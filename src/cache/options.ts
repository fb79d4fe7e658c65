import { isArgs } from './pins.ts'
import { type CacheSchema, fieldOf, isKeyColumn, isRelation, isScalar } from './schema-facts.ts'
import type { Store } from './store.ts'

export interface ModelOptions {
  readonly ttl?: number
  /**
   * Columns whose staleness you accept: an update that sets no other (but those that `@updatedAt` sets with them) drops
   * nothing, and reads show the old values until something else drops them or they expire. A view counter, say. Columns
   * that the database works out from others count as set: they must be volatile as well.
   */
  readonly volatile?: readonly string[]
}

export interface CacheOptions {
  /** The map that the `cacheSchema` generator writes at `prisma generate`. */
  readonly schema: CacheSchema
  readonly store: Store
  /** The first part of every key in the store. Processes that share rows must share it. Default `hotshelf`. */
  readonly namespace?: string
  /** Seconds that an entry is kept, to give memory back; freshness does not depend on it. Default 3600. */
  readonly ttl?: number
  /** Milliseconds that one command to the store may take, which is what a store that hangs adds to a read. Default 250. */
  readonly deadline?: number
  /**
   * Milliseconds for which a process that dies between its commit and its drop may leave a stale entry, where the store
   * keeps notes. Default 5000.
   */
  readonly crashBound?: number
  /** Bytes of the largest result that is stored; larger ones are served and counted. Default 1,048,576. */
  readonly maxBytes?: number
  /**
   * Megabytes of entries that this process keeps as well. Their versions are still looked up in the store for each read,
   * but not they themselves. Default 0.
   */
  readonly near?: number
  /** How many of the most read entries that a drop hits are filled again at once, in the background. Default 0. */
  readonly refill?: number
  /**
   * How many of the most read queries and derived texts the store keeps a list of, with their arguments: see
   * `CacheClient.hot`. Default 0.
   */
  readonly hot?: number
  /** By model: `false` to ask the database for every query that reaches it, or settings of its own. */
  readonly models?: Readonly<Record<string, false | ModelOptions>>
  /** The tenant on whose behalf a read is made, where one query answers differently for each. What it throws, reads throw. */
  readonly scope?: () => string | undefined
  /**
   * Whether writes fail while the store cannot be reached, with a StoreDownError and before anything is written. If not,
   * they go through, and other processes may answer with what was until the drop is made up for. Default false.
   */
  readonly refuseWrites?: boolean
  /** Reads go to the database, while writes still drop what other processes have stored. Default false. */
  readonly bypass?: boolean
}

export type Settings = Required<Omit<CacheOptions, 'scope'>> & Pick<CacheOptions, 'scope'>

/** Thrown for options that cannot be, with what would be right. */
export class CacheOptionError extends Error {
  override name = 'CacheOptionError'
}

const KNOWN = new Set([
  'schema',
  'store',
  'namespace',
  'ttl',
  'deadline',
  'crashBound',
  'maxBytes',
  'near',
  'refill',
  'hot',
  'models',
  'scope',
  'refuseWrites',
  'bypass',
])
const STORE = ['get', 'pin', 'set', 'drop'] as const
/** About 68 years: Redis takes twice as much, for versions. */
const MOST = 2 ** 31 - 1
const KNOWN_OF_MODEL = new Set(['ttl', 'volatile'])

/**
 * The options with their defaults.
 *
 * @throws CacheOptionError
 */
export function settingsOf(options: CacheOptions): Settings {
  const fail = (message: string): never => {
    throw new CacheOptionError(`cache(): ${message}`)
  }
  if (!isArgs(options)) return fail('options must be an object with a schema and a store')
  const {
    schema,
    store,
    namespace = 'hotshelf',
    ttl = 3600,
    deadline = 250,
    crashBound = 5000,
    maxBytes = 1024 * 1024,
    near = 0,
    refill = 0,
    hot = 0,
    models = {},
    scope,
    refuseWrites = false,
    bypass = false,
  } = options
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) fail(`there is no option ${name}`)
  if (typeof schema?.fingerprint !== 'string' || !isArgs(schema.models))
    fail('schema must be the map that `prisma generate` writes')
  if (!STORE.every((method) => typeof store?.[method] === 'function'))
    fail('store must be redisStore(…), memoryStore(…) or one of your own')
  if (typeof namespace !== 'string' || !/^[\w.:-]+$/.test(namespace))
    fail('namespace must be made of letters, digits and . _ : -')
  const checkWhole = (value: unknown, name: string, unit: string, least = 1) => {
    if (!Number.isInteger(value) || Number(value) < least || Number(value) > MOST)
      fail(`${name} must be a whole number of ${unit}, at least ${least} and at most ${MOST}`)
  }
  checkWhole(ttl, 'ttl', 'seconds')
  checkWhole(deadline, 'deadline', 'milliseconds')
  checkWhole(crashBound, 'crashBound', 'milliseconds')
  checkWhole(maxBytes, 'maxBytes', 'bytes')
  checkWhole(near, 'near', 'megabytes', 0)
  checkWhole(refill, 'refill', 'entries', 0)
  checkWhole(hot, 'hot', 'reads', 0)
  if (!isArgs(models)) fail('models must be an object with settings by model')
  for (const [name, own] of Object.entries(models)) {
    const facts = Object.hasOwn(schema.models, name) ? schema.models[name] : undefined
    if (!facts)
      return fail(`models: there is no model ${name}, only ${Object.keys(schema.models).join(', ')}`)
    if (own === false) continue
    if (typeof own !== 'object' || own === null) return fail(`models.${name} must be false or an object`)
    for (const option of Object.keys(own))
      if (!KNOWN_OF_MODEL.has(option)) fail(`models.${name}: there is no option ${option}`)
    if (own.ttl !== undefined) checkWhole(own.ttl, `models.${name}.ttl`, 'seconds')
    if (own.volatile !== undefined && !Array.isArray(own.volatile))
      fail(`models.${name}.volatile must be a list of columns`)
    for (const column of own.volatile ?? []) {
      if (!isScalar(fieldOf(facts, column))) fail(`models.${name}.volatile: there is no column ${column}`)
      if (isKeyColumn(schema, name, column))
        fail(`models.${name}.volatile: ${column} is part of a key, by which rows are told apart`)
    }
  }
  if (scope !== undefined && typeof scope !== 'function') fail('scope must be a function')
  for (const [name, value] of Object.entries({ refuseWrites, bypass }))
    if (typeof value !== 'boolean') fail(`${name} must be true or false`)
  return {
    schema,
    store,
    namespace,
    ttl,
    deadline,
    crashBound,
    maxBytes,
    near,
    refill,
    hot,
    models,
    refuseWrites,
    bypass,
    ...(scope && { scope }),
  }
}

/**
 * Refuses a map of schema facts that is not the client's: one of another schema, or older than the client.
 *
 * @param fields what the client knows: by model and field, its type
 * @throws CacheOptionError
 */
export function checkSchema(schema: CacheSchema, fields: Record<string, Record<string, string>>): void {
  const fail = (what: string): never => {
    throw new CacheOptionError(`cache(): schema is not that of this client: ${what}; run \`prisma generate\``)
  }
  for (const [model, types] of Object.entries(fields)) {
    const facts = Object.hasOwn(schema.models, model) ? schema.models[model] : undefined
    if (!facts) return fail(`it has no model ${model}`)
    for (const [name, type] of Object.entries(types)) {
      const field = fieldOf(facts, name)
      const known = isRelation(field) ? field.model : field?.type === 'Enum' ? type : field?.type
      if (known !== type) fail(`${model}.${name} is ${known ?? 'unknown'} to it, and ${type} to the client`)
    }
  }
}
