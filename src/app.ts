import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify'
import type { Config } from './config.ts'
import dashboard from './dashboard/dashboard.ts'
import accounts from './plugins/accounts.ts'
import auth from './plugins/auth.ts'
import bodies from './plugins/bodies.ts'
import { answerClientError } from './plugins/client-errors.ts'
import compression from './plugins/compression.ts'
import cors from './plugins/cors.ts'
import docs from './plugins/docs.ts'
import drain from './plugins/drain.ts'
import errors, { answer } from './plugins/errors.ts'
import limits from './plugins/limits.ts'
import metrics from './plugins/metrics.ts'
import outage from './plugins/outage.ts'
import pages from './plugins/pages.ts'
import prisma from './plugins/prisma.ts'
import protocol from './plugins/protocol.ts'
import store from './plugins/store.ts'
import traces from './plugins/traces.ts'
import { ofError } from './problems/of-error.ts'
import { RequestLog } from './request-log.ts'
import { authorRoutes } from './routes/authors.ts'
import { bookRoutes } from './routes/books.ts'
import { healthRoutes } from './routes/health.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { createValidator } from './validator.ts'

/** The parts that a service over a client of another kind has other ones of. */
const PARTS = { database: prisma, served: pages, shown: dashboard }

/**
 * The service, ready to listen or to be injected requests.
 *
 * @param options of Fastify's, a logger say, over those that the configuration gives
 * @param parts `database` decorates the app with `prisma`, `served` keeps what is served, and `shown` shows how that goes
 */
export async function buildApp(
  config: Config,
  options: FastifyServerOptions = {},
  { database, served, shown }: typeof PARTS = PARTS,
): Promise<FastifyInstance> {
  const app = fastify({
    logger: { level: config.LOG_LEVEL },
    logController: new RequestLog(),
    bodyLimit: config.BODY_LIMIT,
    requestTimeout: config.REQUEST_TIMEOUT,
    connectionTimeout: 60_000,
    // `drain` refuses them, with a problem.
    return503OnClosing: false,
    http: {
      requireHostHeader: false,
      // Given to Fastify alone, Node would not apply it to a body.
      requestTimeout: config.REQUEST_TIMEOUT,
      headersTimeout: config.REQUEST_TIMEOUT,
      connectionsCheckingInterval: Math.min(config.REQUEST_TIMEOUT, 5000),
    },
    trustProxy: (_: string, hop: number) => hop < config.TRUST_PROXY,
    clientErrorHandler: answerClientError,
    // What fails before there is a route.
    frameworkErrors: (error, _, reply) => answer(reply, ofError(error)),
    ...options,
  })
  app.setValidatorCompiler(createValidator())
  await app.register(drain)
  await app.register(traces, { config })
  await app.register(errors)
  await app.register(protocol)
  await app.register(cors, { config })
  await app.register(bodies)
  await app.register(store, { config })
  await app.register(limits, { config })
  await app.register(database, { config })
  await app.register(outage, { config })
  await app.register(compression, { config })
  await app.register(accounts, { config })
  await app.register(served)
  await app.register(auth, { config })
  await app.register(docs, { config })
  await app.register(shown, { config })
  await app.register(metrics, { config })
  await app.register(healthRoutes)
  await app.register(metricsRoutes)
  await app.register(bookRoutes)
  await app.register(authorRoutes)
  await app.register(reviewRoutes)
  await app.ready()
  return app
}
