import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { needsToken } from './auth.ts'

/** The OpenAPI document of all routes, at `/docs/json`, and a page to try them, at `/docs`. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const security = config.API_TOKEN === undefined ? [] : [{ token: [] }]
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Hotshelf',
          description: 'A books API that answers from Redis and never lies.',
          version: '0.1.0',
        },
        components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      },
      transform: ({ schema, url, route }) => ({
        schema: needsToken(route) ? { security, ...schema } : schema,
        url,
      }),
      refResolver: {
        buildLocalReference: (json, _baseUri, _fragment, index) => String(json.$id ?? `schema-${index}`),
      },
    })
    await app.register(swaggerUi, { routePrefix: '/docs' })
  },
  { name: 'docs', fastify: '5.x', dependencies: ['errors'] },
)
