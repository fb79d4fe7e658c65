import fastifyCors from '@fastify/cors'
import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { EVERYWHERE, OF_PAGES, OF_WRITES } from '../openapi/headers.ts'

/** Seconds for which a browser need not ask again what it may send: the most that any of them takes. */
const PREFLIGHT_AGE = 86_400

/**
 * Lets pages of other origins use the service, where it is configured so. Registered before what refuses requests, so
 * that they can read why, and that the question whether they may ask is neither counted nor needs a token.
 */
export default fp<{ config: Config }>(
  async (app, { config: { CORS_ORIGIN } }) => {
    if (CORS_ORIGIN === undefined) return
    await app.register(fastifyCors, {
      origin: CORS_ORIGIN === '*' ? '*' : CORS_ORIGIN.split(','),
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'If-None-Match'],
      exposedHeaders: [
        ...Object.keys({ ...EVERYWHERE, ...OF_PAGES, ...OF_WRITES }),
        'Location',
        'Retry-After',
      ],
      maxAge: PREFLIGHT_AGE,
      // What is no preflight is answered like one, for all our errors are problems, and that plugin's would be none.
      strictPreflight: false,
    })
  },
  { name: 'cors', fastify: '5.x', dependencies: ['errors'] },
)
