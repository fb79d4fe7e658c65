import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { Redis } from 'ioredis'

/** Seconds, as in the other variants. */
const TTL = 3600

/** What of a book's own answer tells which other answers show it. */
interface Written {
  readonly id: number
  readonly authors: readonly { readonly id: number }[]
}

/**
 * Wraps the handlers of the routes that follow in a cache-aside as one writes it by hand: the answer to a GET is kept
 * under its URL, and the write of a book removes by name what shows that book.
 *
 * @param prefix of its keys
 * @param form whether `value` is kept, as JSON that each hit parses, or the `body`, which a hit sends as it is
 */
export function cacheAside(
  app: FastifyInstance,
  redis: Redis,
  { prefix, form }: { prefix: string; form: 'value' | 'body' },
): void {
  const keyOf = (url: string) => `${prefix}:${url}`
  // Lists differ by their query, so there is a list of those that are kept.
  const lists = keyOf('lists')

  const keep = async (url: string, text: string) => {
    await redis.set(keyOf(url), text, 'EX', TTL)
    if (url.startsWith('/books?') || url === '/books') await redis.sadd(lists, url)
  }
  const drop = async ({ id, authors }: Written) => {
    const kept = await redis.smembers(lists)
    const urls = [`/books/${id}`, ...authors.map((author) => `/authors/${author.id}`), ...kept]
    await redis.unlink(...urls.map(keyOf), lists)
  }

  const reading = (handler: RouteHandlerMethod): RouteHandlerMethod =>
    async function (request, reply) {
      const found = await redis.get(keyOf(request.url))
      if (found !== null) return form === 'value' ? JSON.parse(found) : send(reply, found)
      const value = await answerOf(handler, this, request, reply)
      const text = form === 'value' ? JSON.stringify(value) : reply.serialize(value)
      await keep(request.url, String(text))
      return form === 'value' ? value : send(reply, String(text))
    }
  const writing = (handler: RouteHandlerMethod): RouteHandlerMethod =>
    async function (request, reply) {
      const written = await answerOf(handler, this, request, reply)
      await drop(written as Written)
      return written
    }
  wrapHandlers(app, (method, handler) =>
    method === 'GET' ? reading(handler) : method === 'PATCH' ? writing(handler) : handler,
  )
}

/** Lets every route of the catalogue that follows have the handler that `wrap` makes of its own. */
export function wrapHandlers(
  app: FastifyInstance,
  wrap: (method: string, handler: RouteHandlerMethod) => RouteHandlerMethod,
): void {
  app.addHook('onRoute', (route) => {
    if (/^\/(books|authors)/.test(route.url)) route.handler = wrap(String(route.method), route.handler)
  })
}

/** What a handler returns, which is never a reply. */
const answerOf = async (
  handler: RouteHandlerMethod,
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> => (await Reflect.apply(handler, app, [request, reply])) as object

/** Sends a text that is JSON already. */
export const send = (reply: FastifyReply, text: string) =>
  reply.header('content-type', 'application/json; charset=utf-8').send(text)

/** Wraps the handlers of the routes that follow so that each URL is asked for once, and then is a constant. */
export function constantAnswers(app: FastifyInstance): void {
  const bodies = new Map<string, string>()
  wrapHandlers(app, (method, handler) =>
    method === 'GET'
      ? async function (request: FastifyRequest, reply: FastifyReply) {
          const found = bodies.get(request.url)
          if (found !== undefined) return send(reply, found)
          const text = reply.serialize(await answerOf(handler, this, request, reply))
          bodies.set(request.url, String(text))
          return send(reply, String(text))
        }
      : handler,
  )
}
