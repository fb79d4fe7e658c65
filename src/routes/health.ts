import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import { StoreState } from '../schemas/store-state.ts'

const tags = ['health']
const status = Type.Literal('ok')

export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/health/live',
    {
      schema: {
        tags,
        summary: 'Whether the process runs',
        querystring: NoQuery,
        response: { 200: Type.Object({ status }), ...problems(400) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/health/ready',
    {
      schema: {
        tags,
        summary: 'Whether the database answers, and how the cache is',
        querystring: NoQuery,
        response: {
          200: Type.Object({
            status,
            cache: StoreState,
          }),
          ...problems(400, 503),
        },
      },
    },
    async () => {
      const [cache] = await Promise.all([app.store.state(), app.prisma.$queryRaw`SELECT 1`])
      return { status: 'ok' as const, cache }
    },
  )
}
