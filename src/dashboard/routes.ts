import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import JSON5 from 'json5'
import { explained } from '../admin/explained.ts'
import { CacheOptionError, reviveArguments } from '../cache/index.ts'
import type { Config } from '../config.ts'
import { invalid, ProblemError } from '../problems/problem.ts'
import { NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import { type Warmed, warm } from '../warm.ts'
import type { Broadcast } from './broadcast.ts'
import * as schemas from './schemas.ts'

const tags = ['cache']

interface Options {
  readonly config: Config
  readonly snapshot: () => Promise<schemas.SnapshotState>
  readonly broadcast: Broadcast
}

/** What the dashboard asks for; a program may as well. */
export const dashboardRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { config, snapshot, broadcast },
) => {
  const guarded = { guarded: true }
  const unlessMistaken = (error: unknown) =>
    error instanceof CacheOptionError
      ? invalid({ field: 'model', message: `must be one: ${error.message}` })
      : error
  let warming: Promise<Warmed> | undefined

  app.get(
    '/cache/events',
    {
      config: guarded,
      exposeHeadRoute: false,
      schema: {
        tags,
        operationId: 'watchCache',
        summary: 'How the cache is, once a second, as server-sent events',
        description:
          'Each is a `snapshot`: what `/cache/stats` tells, and under `history` the answers of each of the last 300 seconds.',
        querystring: NoQuery,
        response: { 200: schemas.Events, ...problems(400, 401, 503) },
      },
    },
    (_, reply) => {
      const stream = broadcast.join()
      if (!stream)
        throw new ProblemError('unavailable', 'Too many look at the dashboard of this process already.')
      // Nothing may follow on its connection, which then ends with it.
      reply.headers({
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        connection: 'close',
        // nginx would hold events back until there are many.
        'x-accel-buffering': 'no',
      })
      return reply.send(stream)
    },
  )

  app.get(
    '/cache/stats',
    {
      config: guarded,
      schema: {
        tags,
        operationId: 'getCacheStats',
        summary: 'How the cache is, as this process sees it',
        querystring: NoQuery,
        response: { 200: schemas.Snapshot, ...problems(400, 401, 503) },
      },
    },
    async (_, reply) => {
      reply.header('cache-control', 'no-store')
      return snapshot()
    },
  )

  app.get(
    '/cache/explain',
    {
      config: guarded,
      schema: {
        tags,
        operationId: 'explainQuery',
        summary: 'How a query is cached and which writes drop it, or why it is not cached',
        querystring: schemas.ExplainQuery,
        response: { 200: schemas.ExplainAnswer, ...problems(400, 401, 503) },
      },
    },
    async ({ query: { model, operation, args } }) => {
      try {
        return await explained(app.prisma, model, operation, argumentsOf(args))
      } catch (error) {
        throw unlessMistaken(error)
      }
    },
  )

  app.post(
    '/cache/drop',
    {
      schema: {
        tags,
        operationId: 'dropFromCache',
        summary: 'Drop what reaches a model, or everything',
        querystring: NoQuery,
        body: schemas.DropBody,
        response: { 200: schemas.DropAnswer, ...problems(400, 401, 413, 415, 429, 503) },
      },
    },
    async ({ body: { model } }) => {
      try {
        await app.prisma.$cache.drop(...(model === null ? [] : [model]))
      } catch (error) {
        if (error instanceof CacheOptionError) throw unlessMistaken(error)
        throw new ProblemError(
          'unavailable',
          'Redis cannot be reached: the drop is owed, and made before this process reads from it again.',
        )
      }
      return { dropped: model ?? 'everything' }
    },
  )

  app.post(
    '/cache/warm',
    {
      schema: {
        tags,
        operationId: 'warmCache',
        summary: 'Fill the cache with what clients ask for first',
        querystring: NoQuery,
        body: schemas.WarmBody,
        response: { 200: schemas.WarmAnswer, ...problems(400, 401, 413, 415, 429, 503) },
      },
    },
    async () => {
      if (config.CACHE === 'off')
        throw new ProblemError('bad-request', 'CACHE is off: there is nothing to warm.')
      const start = performance.now()
      // Who asks meanwhile is told what comes of it.
      warming ??= warm(app, { hot: config.CACHE_HOT }).finally(() => {
        warming = undefined
      })
      const warmed = await warming
      return { ...warmed, milliseconds: Math.round(performance.now() - start) }
    },
  )
}

/** @throws ProblemError that says what is wrong with the text */
function argumentsOf(text: string): object {
  let args: unknown
  try {
    args = reviveArguments(JSON5.parse(text))
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^JSON5: /, '') : ''
    throw invalid({ field: 'args', message: `must be JSON: ${why}` })
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    throw invalid({ field: 'args', message: 'must be an object, such as {"where": {"id": 7}}' })
  return args
}
