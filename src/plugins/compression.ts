import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import type { Config } from '../config.ts'

/** Below so many bytes it saves no packet. */
const THRESHOLD = 1024

/** Bytes of compressed pages that the process keeps. */
const KEPT = 32 * 1024 * 1024

const brotli = promisify(brotliCompress)

/** How a body is compressed, by the name of the coding; the best first. Each is done once, and sent many times. */
const CODINGS = {
  br: (body: Buffer) => brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: promisify<Buffer, Buffer>(gzip),
}
type Coding = keyof typeof CODINGS

const NAMES = Object.keys(CODINGS).filter((name): name is Coding => Object.hasOwn(CODINGS, name))

/**
 * Sends pages compressed to those who take them so. What a page is compressed to follows from what it is, which is what
 * its ETag says: so it is kept by its ETag, and need never be dropped.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (config.COMPRESS === 'off') return
    const kept = new LRUCache<string, Buffer, { coding: Coding; body: Buffer }>({
      maxSize: KEPT,
      sizeCalculation: ({ length }, name) => length + name.length,
      fetchMethod: (_name, _old, { context: { coding, body } }) => CODINGS[coding](body),
    })

    const compress: onSendHookHandler = (request, reply, payload, done) => {
      vary(reply)
      const { 'accept-encoding': accepted } = request.headers
      const coding = accepted === undefined ? null : negotiate(String(accepted), NAMES)
      const etag = coding && codedTag(reply, coding)
      if (!etag) return done(null, payload)
      if (reply.statusCode === 304 && hasTag(request, etag)) reply.header('etag', etag)
      if (reply.statusCode !== 200 || !isLong(payload)) return done(null, payload)
      const send = (body: Buffer) => {
        reply.header('content-encoding', coding).header('etag', etag)
        done(null, body)
      }
      const known = kept.get(etag)
      if (known) return send(known)
      kept.forceFetch(etag, { context: { coding, body: Buffer.from(payload) } }).then(send, done)
    }
    app.addHook('onRoute', (route) => {
      if (route.config?.page) route.onSend = [compress, route.onSend ?? []].flat()
    })
  },
  { name: 'compression', fastify: '5.x' },
)

/** Also what is not compressed depends on it. */
function vary(reply: FastifyReply): void {
  const before = reply.getHeader('vary')
  reply.header('vary', before === undefined ? 'Accept-Encoding' : `${before}, Accept-Encoding`)
}

/** `"abc.br"` for `"abc"`: a strong ETag names bytes (RFC 9110, 8.8.3). */
function codedTag(reply: FastifyReply, coding: Coding): string | undefined {
  const etag = reply.getHeader('etag')
  return typeof etag === 'string' ? `${etag.slice(0, -1)}.${coding}"` : undefined
}

const hasTag = ({ headers }: FastifyRequest, etag: string): boolean =>
  headers['if-none-match']?.includes(etag) ?? false

const isLong = (payload: unknown): payload is string | Buffer =>
  (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= THRESHOLD
