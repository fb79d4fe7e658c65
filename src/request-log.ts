import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { outcomeOf } from './cache-status.ts'
import { isFromClient } from './own-requests.ts'

/** Characters of a path, and of the names of its parameters, that are logged. */
const MOST = 200

/** Levels at which no line of a request is written, and so none is made. */
const QUIET: ReadonlySet<string> = new Set(['warn', 'error', 'fatal', 'silent'])

/** Logs each request of a client as one line, when it has been answered or its client has gone. */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    if (QUIET.has(request.log.level) || !isFromClient(request)) return
    reply.raw.once('close', () => {
      request.log.info(
        {
          method: request.method,
          url: legible(request.url),
          route: request.routeOptions.url,
          ...(reply.raw.writableEnded ? { status: reply.raw.statusCode } : { gone: true }),
          milliseconds: Math.round(reply.elapsedTime * 100) / 100,
          cache: outcomeOf(reply.getHeader('cache-status')),
        },
        'request',
      )
    })
  }

  override requestCompleted(): void {}

  /** That its client has gone while a stream was sent is in the request's own line. */
  override streamError(error: NodeJS.ErrnoException, request: FastifyRequest, reply: FastifyReply): void {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') super.streamError(error, request, reply)
  }
}

/** The path with the names of its parameters: what is looked for is nobody else's business. */
function legible(url: string): string {
  const [path = '', search] = url.split('?', 2)
  const names = new URLSearchParams(search).keys()
  return (search === undefined ? path : `${path}?${[...new Set(names)].join('&')}`).slice(0, MOST)
}
