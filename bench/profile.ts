import fp from 'fastify-plugin'
import { buildApp } from '../src/app.ts'
import { decode, encode } from '../src/cache/codec.ts'
import { redisStore } from '../src/cache/index.ts'
import { type Config, loadConfig } from '../src/config.ts'
import { schema } from '../src/generated/cache-schema.ts'
import { pageOf } from '../src/pagination.ts'
import { createRedis } from '../src/redis.ts'
import { bookCursor, bookListArgs } from '../src/routes/book-list.ts'
import { partsFor } from './clients.ts'
import { versionKeysOf } from './filling.ts'
import { createCached, createUncached, timeCalls } from './in-process.ts'
import { type Scene, serverEnv } from './scene.ts'
import { rounded } from './statistics.ts'
import { table } from './table.ts'
import { CONSTANT, VARIANTS, type Variant } from './variants.ts'

const URL = '/books?limit=20'
const query = { limit: 20, sort: '-ratingsCount' } as const
const include = { authors: { orderBy: { id: 'asc' } } } as const
/** As the route asks it. */
const args = { ...bookListArgs(query), include }

/** Where a hit on the list of books spends its time: a table of parts, in microseconds. */
export async function profile(scene: Scene): Promise<string> {
  const { calls } = scene.options
  const time = (call: () => unknown) => timeCalls(calls, call)
  const parts = await partsOf(scene, time)
  const lines: [string, number][] = []
  for (const variant of scene.variants.filter(({ client }) => client === 'hotshelf')) {
    const whole = await timeRequests(scene, variant, time)
    const known = parts.reduce((sum, [, microseconds]) => sum + microseconds, 0)
    lines.push(
      [`**${variant.label}: the whole request**`, whole],
      ['less all of the parts, most of which a kept page leaves out', whole - known],
    )
  }
  const rows = [...parts, ...lines].map(([name, microseconds]) => [name, rounded(microseconds)])
  return table([`a hit on \`GET ${URL}\``, 'median µs'], rows)
}

type Time = (call: () => unknown) => Promise<number>

/** The parts one by one, each on its own. */
async function partsOf(scene: Scene, time: Time): Promise<(readonly [string, number])[]> {
  const variant = scene.variants.find(({ client }) => client === 'hotshelf') ?? VARIANTS[1]
  if (!variant) throw new Error('there is no variant to be profiled')
  const cached = await createCached(scene, variant)
  const uncached = createUncached(scene)
  const redis = createRedis(scene.redisUrl)
  await redis.connect()
  const store = redisStore(redis)

  const rows = await uncached.client.book.findMany(args)
  await cached.client.book.findMany(args)
  const plan = cached.client.$cache.explain('Book', 'findMany', args)
  if (!plan.cacheable) throw new Error(`the list is not cached: ${plan.reason}`)
  const keys = [plan.key, ...versionKeysOf(cached, 'findMany', args)]
  const shape = { schema, model: 'Book', operation: 'findMany', args, dataPath: [] }
  const text = encode(shape, rows)
  const page = pageOf(rows, query.limit, bookCursor(query.sort))
  const serialize = await listSerializer(scene, variant)
  const idle = uncached.client.$extends({ query: { $allOperations: async () => rows } })

  const parts = [
    ['HTTP and Fastify: the request of a constant', await timeRequests(scene, CONSTANT, time)],
    ['the handler itself: arguments, page, cursor', await time(() => handle(rows))],
    ["Prisma's call path: an extension that answers", await time(() => idle.book.findMany(args))],
    ['key and tags', await time(() => cached.client.$cache.explain('Book', 'findMany', args))],
    [`Redis: ${keys.length} keys there and back`, await time(() => store.get(keys))],
    ['decode', await time(() => decode(shape, text))],
    ['serialise', await time(() => serialize(page))],
  ] as const
  redis.disconnect()
  await cached.end()
  await uncached.end()
  return [...parts]
}

type Rows = Parameters<ReturnType<typeof bookCursor>>[0][]

const handle = (rows: Rows) => {
  bookListArgs(query)
  return pageOf(rows, query.limit, bookCursor(query.sort))
}

/** Requests that are injected into an app in this process: without a socket. */
async function timeRequests(scene: Scene, variant: Variant, time: Time): Promise<number> {
  const config = loadConfig(serverEnv(scene, variant))
  const app = await buildApp(config, {}, partsFor(variant.client))
  const { statusCode } = await app.inject(URL)
  if (statusCode !== 200) throw new Error(`${variant.name} answered with ${statusCode}`)
  const microseconds = await time(() => app.inject(URL))
  await app.close()
  return microseconds
}

/** What the route makes its answers into text with. */
async function listSerializer(scene: Scene, variant: Variant): Promise<(page: object) => unknown> {
  const config = loadConfig(serverEnv(scene, variant))
  let serialize: ((page: { [key: string]: unknown }) => string) | undefined
  const parts = partsFor(variant.client)
  const database = fp<{ config: Config }>(async (app) => {
    await app.register(parts.database, { config })
    app.addHook('preHandler', async (_, reply) => {
      serialize = reply.getSerializationFunction('200')
    })
  })
  const app = await buildApp(config, {}, { ...parts, database })
  await app.inject(URL)
  await app.close()
  const found = serialize
  if (!found) throw new Error('the route has no serializer')
  return (page) => found({ ...page })
}
