import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type {
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onSendHookHandler,
  RouteOptions,
} from 'fastify'
import fp from 'fastify-plugin'
import { cacheStatus, HIT } from '../cache-status.ts'
import { codeFingerprint } from '../code-fingerprint.ts'
import { askItself } from '../own-requests.ts'
import { pageNameOf } from '../page-name.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether its answer depends on nothing but the URL and on what is read through `app.prisma`. */
    page?: boolean
  }
  interface FastifyRequest {
    /** The name of the page that is asked for: its parameters are given their types later, and their defaults. */
    pageName: string
  }
}

interface Page {
  readonly etag: string
  readonly lastModified: string
  readonly body: Buffer
}

/**
 * Keeps the bodies of pages as they are sent, each for as long as what was read for it holds. Says in `Cache-Status`
 * (RFC 9211) whether the database was asked, and gives each page an ETag, by which a client is told that it has it.
 */
export default fp(
  async (app) => {
    const pages = app.prisma.$cache.derived(await codeFingerprint(), openPage)

    app.decorateRequest('pageName', '')
    /** Answers with what is kept, or lets the handler answer. */
    const answer: onRequestHookHandler = (request, reply, done) => {
      const start = performance.now()
      request.pageName = nameOf(request)
      reply.header('cache-control', 'no-cache')
      pages
        .find(request.pageName, () => askItself(app, request.url))
        .then((page) => {
          request.lookup = performance.now() - start
          if (page) send(request, reply, page)
          else pages.watch(done)
        })
        .catch(done)
    }
    const keep: onSendHookHandler = (request, reply, payload, done) => {
      // What is a page already has its headers.
      if (typeof payload !== 'string') return done(null, payload)
      const outcomes = pages.outcomes()
      if (outcomes.size > 0) reply.header('cache-status', cacheStatus(outcomes, request.account?.missed))
      if (reply.statusCode !== 200) return done(null, payload)
      const made = new Date()
      const page = { etag: etagOf(payload), lastModified: made.toUTCString() }
      const text = `${page.etag}\n${made.getTime()}\n${payload}`
      pages.keep(request.pageName, text).catch((error) => request.log.error(error))
      if (isKnown(request, reply, page)) done(null, null)
      else done(null, payload)
    }
    app.addHook('onRoute', (route) => {
      if (!isPage(route)) return
      route.onRequest = [route.onRequest ?? [], answer].flat()
      // Before Fastify takes the body of an answer to HEAD away, and after it has said how long that is.
      route.onSend = [keep, route.onSend ?? [], forgetLength].flat()
    })
  },
  { name: 'pages', fastify: '5.x', dependencies: ['accounts', 'prisma'] },
)

const isPage = ({ method, config }: RouteOptions): boolean =>
  config?.page === true && (method === 'GET' || method === 'HEAD')

const nameOf = ({ routeOptions, params, query }: FastifyRequest): string =>
  pageNameOf({ route: routeOptions.url, params, query })

function openPage(text: string): Page {
  const [etag = '', made = ''] = text.split('\n', 2)
  // Whoever has made it may have a clock that is ahead (RFC 9110, 8.8.2.1).
  const lastModified = new Date(Math.min(Number(made), Date.now())).toUTCString()
  return { etag, lastModified, body: Buffer.from(text.slice(etag.length + made.length + 2)) }
}

function send(request: FastifyRequest, reply: FastifyReply, page: Page): void {
  reply.header('cache-status', HIT)
  if (isKnown(request, reply, page)) reply.send()
  else reply.header('content-type', 'application/json; charset=utf-8').send(page.body)
}

/**
 * Sets the ETag and Last-Modified, and the status 304 where the client has that ETag already. If-Modified-Since does not
 * count: within a second, and among processes whose clocks differ, a date does not tell one page from the next.
 */
function isKnown(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { etag, lastModified }: Omit<Page, 'body'>,
): boolean {
  reply.header('etag', etag).header('last-modified', lastModified)
  const known = headers['if-none-match']
  if (known === undefined || (known !== '*' && !known.split(',').some((one) => opaque(one) === etag)))
    return false
  reply.code(304).removeHeader('content-type')
  return true
}

/** What a client has is not as long as what it is sent (RFC 9110, 8.6). */
const forgetLength: onSendHookHandler = (_request, reply, payload, done) => {
  if (reply.statusCode === 304) reply.removeHeader('content-length')
  done(null, payload)
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2), and in whatever coding a client has the page, it has it. */
const opaque = (etag: string): string =>
  etag
    .trim()
    .replace(/^W\//, '')
    .replace(/\.\w+"$/, '"')

const etagOf = (body: string): string => `"${createHash('sha1').update(body).digest('base64url')}"`
