import fp from 'fastify-plugin'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { outcomeOf } from '../cache-status.ts'
import type { Config } from '../config.ts'
import { addCacheLatencies, createRequestLatencies } from '../metrics/latencies.ts'
import { addCacheMetrics } from '../metrics/of-cache.ts'
import { addGauge } from '../metrics/values.ts'
import { isFromClient } from '../own-requests.ts'

declare module 'fastify' {
  interface FastifyInstance {
    metrics: Registry
  }
}

/** Counts what the service does, for Prometheus. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    addCacheMetrics(registry, () => app.prisma.$cache.stats())
    if (config.REDIS_URL !== undefined)
      addGauge(
        registry,
        { name: 'hotshelf_redis_connected', help: 'Whether there is a connection to Redis' },
        () => Number(app.store.connected()),
      )
    const end = addCacheLatencies(registry, config.CACHE_NAMESPACE)
    app.addHook('onClose', async () => end())

    const requests = createRequestLatencies(registry)
    app.addHook('onResponse', (request, reply, done) => {
      if (!isFromClient(request)) return done()
      const { method, routeOptions } = request
      const labels = {
        method,
        // Paths that lead nowhere are without number.
        route: routeOptions.url ?? '',
        status: reply.statusCode,
        cache: outcomeOf(reply.getHeader('cache-status')) ?? '',
      }
      requests.observe(labels, reply.elapsedTime / 1000)
      done()
    })
    app.decorate('metrics', registry)
  },
  { name: 'metrics', fastify: '5.x', dependencies: ['store'] },
)
