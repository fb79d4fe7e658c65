import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'

export const metricsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/metrics',
    {
      // A process that has too much to do is the one to look at.
      config: { token: true, pressureHandler: () => {} },
      schema: {
        tags: ['metrics'],
        summary: 'What this process counts, for Prometheus',
        description: 'Needs the token where one is set: give it to the scraper as its bearer token.',
        querystring: NoQuery,
        response: {
          200: Type.Unsafe<string>({
            description: 'In the text format of Prometheus',
            content: { [app.metrics.contentType]: { schema: { type: 'string' } } },
          }),
          ...problems(400, 401),
        },
      },
    },
    async (_, reply) => reply.type(app.metrics.contentType).send(await app.metrics.metrics()),
  )
}
