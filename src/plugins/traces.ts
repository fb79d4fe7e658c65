import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import fp from 'fastify-plugin'
import { outcomeOf } from '../cache-status.ts'
import type { Config } from '../config.ts'
import { traceCache } from '../tracing/of-cache.ts'
import { installedTracer } from '../tracing/tracer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null
  }
}

/**
 * Makes spans of requests, and of the reads, writes, database calls and drops within them, where a tracer of
 * OpenTelemetry has been installed before the service starts.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const tracer = installedTracer()
    if (!tracer) return
    const end = traceCache(tracer, config.CACHE_NAMESPACE)
    app.addHook('onClose', async () => end())

    app.decorateRequest('span', null)
    app.addHook('onRequest', (request, reply, done) => {
      const { method, routeOptions, headers } = request
      const own = context.active()
      // Whoever traces HTTP itself has read the headers.
      const caller = trace.getSpan(own) ? own : propagation.extract(own, headers)
      const route = routeOptions.url
      const attributes = {
        'http.request.method': method,
        ...(route !== undefined && { 'http.route': route }),
      }
      const span = tracer.startSpan(
        route === undefined ? method : `${method} ${route}`,
        { kind: SpanKind.SERVER, attributes },
        caller,
      )
      request.span = span
      // Also where its client goes before it is answered.
      reply.raw.once('close', () => span.end())
      context.with(trace.setSpan(caller, span), done)
    })
    app.addHook('onResponse', ({ span }, reply, done) => {
      const { statusCode } = reply
      span?.setAttribute('http.response.status_code', statusCode)
      const outcome = outcomeOf(reply.getHeader('cache-status'))
      if (outcome) span?.setAttribute('hotshelf.outcome', outcome)
      if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
      done()
    })
  },
  { name: 'traces', fastify: '5.x' },
)
