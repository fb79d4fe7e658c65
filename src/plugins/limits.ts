import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import { fastify } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { ProblemError } from '../problems/problem.ts'
import { connectSoon, createRedis } from '../redis.ts'
import { isWrite } from './auth.ts'

/** Milliseconds that Redis may take to count a request. */
const COUNTING = 250

/** What a client may ask of the service: so many writes a minute, and nothing while it has more to do than it can. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const security = await securityHeaders()
    app.addHook('onRequest', (_, reply, done) => {
      reply.headers(security)
      done()
    })
    if (config.MAX_DELAY !== 'off')
      await app.register(underPressure, {
        maxEventLoopDelay: config.MAX_DELAY,
        pressureHandler: () => {
          throw new ProblemError('unavailable', 'The service has too much to do. Try again later.')
        },
      })
    if (config.RATE_LIMIT === 'off') return
    // A connection of its own, with a deadline: that of the cache bounds its commands itself.
    const redis = config.REDIS_URL === undefined ? undefined : createRedis(config.REDIS_URL, COUNTING)
    redis?.on('error', () => {})
    app.addHook('onClose', async () => redis?.disconnect())
    if (redis) await connectSoon(redis)
    await app.register(rateLimit, {
      global: false,
      max: config.RATE_LIMIT,
      timeWindow: '1 minute',
      ...(redis && { redis, nameSpace: `${config.CACHE_NAMESPACE}:writes:` }),
      // A Redis that cannot count lets everybody write.
      skipOnError: true,
      errorResponseBuilder: (_, { max, after }) =>
        new ProblemError('too-many-requests', `At most ${max} writes a minute. Try again in ${after}.`),
    })
    const limit = app.rateLimit()
    app.addHook('onRoute', (route) => {
      if (isWrite(route)) route.onRequest = [route.onRequest ?? [], limit].flat()
    })
  },
  { name: 'limits', fastify: '5.x', dependencies: ['errors'] },
)

/** What helmet says of every answer alike, found out once: it works each of them out for every request. */
async function securityHeaders(): Promise<Record<string, string>> {
  const app = fastify()
  app.get('/', async () => '')
  const plain = await app.inject('/')
  const guarded = fastify()
  await guarded.register(helmet, {
    // A page that is served by plain HTTP stays on it.
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  })
  guarded.get('/', async () => '')
  const { headers } = await guarded.inject('/')
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name in plain.headers ? [] : [[name, String(value)]],
    ),
  )
}
