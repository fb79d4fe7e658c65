import { existsSync } from 'node:fs'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import envSchema from 'env-schema'
import { REDIS_URL } from './redis.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const oneOf = <T extends string>(values: readonly T[], more: { default?: T } = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: values, description: `one of ${values.join(', ')}`, ...more })

/** An origin as browsers send it. */
const ORIGIN = 'https?://[a-z0-9.-]+(:[0-9]+)?'
const offOr = ({ maximum, ...more }: { default: number; maximum: number; description: string }) =>
  Type.Unsafe<'off' | number>({
    anyOf: [{ const: 'off' }, { type: 'integer', minimum: 1, maximum }],
    ...more,
  })

/** Each description completes the sentence "NAME must be …". */
const ConfigSchema = Type.Object({
  DATABASE_URL: Type.String({
    pattern: '^postgres(ql)?://.',
    description: 'the URL of a PostgreSQL database, such as postgres://user:password@host:5432/hotshelf',
  }),
  DATABASE_TIMEOUT: offOr({
    default: 4000,
    maximum: 3_600_000,
    description: 'the milliseconds that a statement may take, a whole number from 1 to 3600000, or off',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: REDIS_URL.source,
      description:
        'the URL of a Redis, such as redis://host:6379, redis-cluster://host:6379,other:6379 or ' +
        'redis-sentinel://host:26379,other:26379/name',
    }),
  ),
  HOST: Type.String({ default: '127.0.0.1', description: 'an address or host name to listen on' }),
  PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65535,
    description: 'a whole number from 0 to 65535',
  }),
  API_TOKEN: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._~+/-]+=*$',
      description: 'letters, digits and . _ ~ + / - only, as a bearer token is',
    }),
  ),
  RATE_LIMIT: offOr({
    default: 6000,
    maximum: 1_000_000_000,
    description: 'the writes a minute that one client may make, a whole number, or off',
  }),
  BODY_LIMIT: Type.Integer({
    default: 102_400,
    minimum: 1,
    maximum: 2 ** 30,
    description: 'the bytes that a body may have, a whole number from 1 to 1073741824',
  }),
  REQUEST_TIMEOUT: Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: 3_600_000,
    description: 'the milliseconds in which a request must have arrived, a whole number from 1 to 3600000',
  }),
  MAX_DELAY: offOr({
    default: 1000,
    maximum: 3_600_000,
    description:
      'the milliseconds that a request may wait for its turn, a whole number from 1 to 3600000, or off',
  }),
  TRUST_PROXY: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100,
    description:
      'the number of proxies before the service, whose X-Forwarded-For is believed: a whole number',
  }),
  CORS_ORIGIN: Type.Optional(
    Type.String({
      pattern: `^(\\*|${ORIGIN}(,${ORIGIN})*)$`,
      description: '* or origins such as https://shop.example, in lower case and separated by commas',
    }),
  ),
  COMPRESS: oneOf(['on', 'off'], { default: 'on' }),
  LOG_LEVEL: oneOf(LOG_LEVELS, { default: 'info' }),
  DATABASE_DOWN_HITS: oneOf(['serve', 'refuse'], { default: 'serve' }),
  CACHE: oneOf(['on', 'off'], { default: 'on' }),
  CACHE_DOWN_WRITES: oneOf(['allow', 'refuse'], { default: 'allow' }),
  CACHE_NAMESPACE: Type.String({
    default: 'hotshelf',
    pattern: '^[\\w.:-]+$',
    description: 'letters, digits and . _ : - only',
  }),
  CACHE_NEAR: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    description: 'the megabytes of entries that the process keeps itself, a whole number from 0 to 1000000',
  }),
  CACHE_REFILL: Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 500,
    description: 'how many dropped entries are filled again at once, a whole number from 0 to 500',
  }),
  CACHE_HOT: Type.Integer({
    default: 1000,
    minimum: 0,
    maximum: 10_000,
    description: 'how many of the most read queries and pages Redis lists, a whole number from 0 to 10000',
  }),
  CACHE_TTL: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 31_536_000,
      description: 'a whole number of seconds from 1 to 31536000',
    }),
  ),
  CACHE_DEADLINE: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 60_000,
      description: 'a whole number of milliseconds from 1 to 60000',
    }),
  ),
  CACHE_CRASH_BOUND: Type.Optional(
    Type.Integer({
      minimum: 500,
      maximum: 3_600_000,
      description: 'a whole number of milliseconds from 500 to 3600000',
    }),
  ),
  NODE_ENV: Type.Optional(oneOf(['production', 'development', 'test'])),
})

export type Config = Static<typeof ConfigSchema>

/** Thrown for a configuration that cannot be, in one line that names the variable and says what it must be. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the configuration from environment variables. An empty one counts as unset.
 *
 * @throws ConfigError
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const data = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const config = validated(data)
  for (const name of ['DATABASE_URL', 'REDIS_URL'] as const) {
    const url = config[name]
    // Several hosts are no URL of their own, but each of them is.
    if (url !== undefined && !URL.canParse(url.replace(/,[^/]*/, ''))) throw mustBe(name)
  }
  return config
}

/**
 * Refuses a configuration with which anyone could write in production. Only what listens needs to ask.
 *
 * @throws ConfigError
 */
export function requireToken({ NODE_ENV, API_TOKEN }: Config): void {
  if (NODE_ENV === 'production' && API_TOKEN === undefined)
    throw new ConfigError('API_TOKEN must be set where NODE_ENV is production: anyone could write without it')
}

/** Adds the variables of the file `.env` in the working directory, if there is one, to those that are set. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile()
}

function validated(data: NodeJS.ProcessEnv): Config {
  try {
    return envSchema<Config>({ schema: ConfigSchema, data, env: false })
  } catch (error) {
    const name = wrongVariable(error)
    if (name === undefined) throw error
    throw mustBe(name)
  }
}

/** The value itself is not repeated: it may be a secret. */
const mustBe = (name: keyof Config) =>
  new ConfigError(`${name} must be ${ConfigSchema.properties[name].description}`)

/** What `env-schema` says of a variable that is wrong or missing. */
const Complaints = Type.Array(
  Type.Object({
    instancePath: Type.String(),
    params: Type.Object({ missingProperty: Type.Optional(Type.String()) }),
  }),
)

function wrongVariable(error: unknown): keyof Config | undefined {
  const complaints = error instanceof Error && 'errors' in error ? error.errors : undefined
  if (!Value.Check(Complaints, complaints)) return undefined
  const [first] = complaints
  const variable = first?.params.missingProperty ?? first?.instancePath.slice(1)
  return Object.keys(ConfigSchema.properties).find((name): name is keyof Config => name === variable)
}
