import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { complete, KIND, type RouteKind } from '../openapi/complete.ts'
import { isWrite, needsToken } from './auth.ts'

const TAGS = {
  books: 'Books, with their authors',
  authors: 'Authors, with their books',
  reviews: 'What readers say of a book',
  health: 'How the service is',
  cache: 'How the cache is, and what may be done about it',
}

/** The OpenAPI document of all routes, at `/docs/json`, and a page to try them, at `/docs`. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const security = config.API_TOKEN === undefined ? [] : [{ token: [] }]
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Hotshelf',
          description:
            'A books API that answers from Redis and never lies. What can be had with GET can be asked for with HEAD.',
          version: '0.1.0',
          license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
        },
        servers: [{ url: '/', description: 'This service' }],
        tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
        components: {
          securitySchemes: {
            token: {
              type: 'http',
              scheme: 'bearer',
              description: 'The token that writes, and what tells how the service is, need, if one is set',
            },
          },
        },
      },
      transform: ({ schema, url, route }) => ({
        schema: { ...schema, security: needsToken(route) ? security : [], [KIND]: kindOf(route) },
        url,
      }),
      transformObject: (documented) => {
        if (!('openapiObject' in documented)) return documented.swaggerObject
        const { openapiObject } = documented
        return Object.assign(openapiObject, complete(JSON.parse(JSON.stringify(openapiObject))))
      },
      refResolver: {
        buildLocalReference: (json, _baseUri, _fragment, index) => String(json.$id ?? `schema-${index}`),
      },
    })
    await app.register(swaggerUi, { routePrefix: '/docs' })
  },
  { name: 'docs', fastify: '5.x', dependencies: ['errors'] },
)

function kindOf(route: RouteOptions): RouteKind {
  if (isWrite(route)) return 'write'
  if (needsToken(route)) return 'guarded'
  return route.config?.page ? 'page' : 'other'
}
