import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NoQuery } from '../schemas/common.ts'
import { StoreState } from '../schemas/store-state.ts'

const tags = ['health']
const status = Type.Literal('ok')

export const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/health/live',
    {
      schema: {
        tags,
        operationId: 'getLiveness',
        summary: 'Whether the process runs',
        querystring: NoQuery,
        response: { 200: Type.Object({ status }, { examples: [{ status: 'ok' }] }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/health/ready',
    {
      schema: {
        tags,
        operationId: 'getReadiness',
        summary: 'Whether the database answers, and how the cache is',
        querystring: NoQuery,
        response: {
          200: Type.Object(
            {
              status,
              cache: StoreState,
            },
            { examples: [{ status: 'ok', cache: 'redis' }] },
          ),
        },
      },
    },
    async () => {
      const [cache] = await Promise.all([app.store.state(), app.prisma.$queryRaw`SELECT 1`])
      return { status: 'ok' as const, cache }
    },
  )
}
