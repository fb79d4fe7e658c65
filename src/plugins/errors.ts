import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { ofError } from '../problems/of-error.ts'
import { ProblemError } from '../problems/problem.ts'
import { ProblemSchema } from '../schemas/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The field of the body that names rows of another table. */
    connects?: string
  }
}

/** Seconds after which a client may try again. */
const RETRY_AFTER = 5

/** Answers every error with a problem (RFC 9457), and logs in full what the client is not told. */
export default fp(
  async (app) => {
    app.addSchema(ProblemSchema)

    app.setErrorHandler((error, request, reply) => {
      const problem = ofError(error, request.routeOptions.config.connects)
      // What is refused on purpose says all there is to say, and is in the request's own line.
      const isRefusal = error instanceof ProblemError
      if (!isRefusal && (problem.code === 'internal' || problem.code === 'unavailable'))
        request.log.error({ err: error }, problem.message)
      return answer(reply, problem)
    })

    app.setNotFoundHandler((_, reply) =>
      answer(reply, new ProblemError('not-found', 'There is nothing at this path.')),
    )
  },
  { name: 'errors', fastify: '5.x' },
)

/** Answers with a problem. */
export function answer(reply: FastifyReply, { code, problem }: ProblemError): FastifyReply {
  if (code === 'unavailable') reply.header('retry-after', RETRY_AFTER)
  if (code === 'unauthorized') reply.header('www-authenticate', 'Bearer')
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem)
}
