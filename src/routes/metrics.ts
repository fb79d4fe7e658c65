import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'

const EXAMPLE = '# TYPE hotshelf_dropped_tags_total counter\nhotshelf_dropped_tags_total{model="Book"} 3\n'

export const metricsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/metrics',
    {
      // A process that has too much to do is the one to look at.
      config: { guarded: true, pressureHandler: () => {} },
      schema: {
        tags: ['health'],
        operationId: 'getMetrics',
        summary: 'What this process counts, for Prometheus',
        description: 'Needs the token where one is set: give it to the scraper as its bearer token.',
        querystring: NoQuery,
        response: {
          200: Type.Unsafe<string>({
            description: 'In the text format of Prometheus',
            content: { 'text/plain': { schema: { type: 'string' }, example: EXAMPLE } },
          }),
          ...problems(400, 401),
        },
      },
    },
    async (_, reply) => reply.type(app.metrics.contentType).send(await app.metrics.metrics()),
  )
}
