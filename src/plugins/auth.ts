import bearerAuth from '@fastify/bearer-auth'
import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether it needs the token as a write does, though it writes nothing. */
    guarded?: boolean
  }
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

export const isWrite = ({ method }: Pick<RouteOptions, 'method'>): boolean =>
  [method].flat().some((name) => !READS.has(name))

export const needsToken = (route: Pick<RouteOptions, 'method' | 'config'>): boolean =>
  isWrite(route) || route.config?.guarded === true

/**
 * Lets nobody write without the token, where one is set, nor see what is for those who run the service. It is compared in constant time.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (config.API_TOKEN === undefined) return
    await app.register(bearerAuth, {
      keys: new Set([config.API_TOKEN]),
      addHook: false,
      // The scheme's name is taken in any case.
      specCompliance: 'rfc6749',
      // Anybody may send a wrong token: that is no error of ours, and the request's own line has the 401.
      verifyErrorLogLevel: 'silent',
    })
    const verify = app.verifyBearerAuth
    if (!verify) throw new Error('@fastify/bearer-auth gave no way to verify')
    app.addHook('onRoute', (route) => {
      if (!needsToken(route)) return
      route.onRequest = [route.onRequest ?? [], verify].flat()
    })
  },
  { name: 'auth', fastify: '5.x', dependencies: ['errors'] },
)
