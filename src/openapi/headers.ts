/** A header of an answer, as OpenAPI describes it. */
export interface HeaderObject {
  readonly description: string
  readonly required?: true
  readonly schema: { readonly type: 'string' | 'integer'; readonly [keyword: string]: unknown }
  readonly example: string | number
}

const text = (description: string, example: string, more: object = {}): HeaderObject => ({
  description,
  schema: { type: 'string', ...more },
  example,
})

const count = (description: string, example: number): HeaderObject => ({
  description,
  schema: { type: 'integer', minimum: 0 },
  example,
})

const required = (header: HeaderObject): HeaderObject => ({ ...header, required: true })

/** Of answers of every kind. */
export const EVERYWHERE = {
  'Server-Timing': text('Where the time went', 'cache;dur=0.4, db;dur=1.2, total;dur=2.1'),
  Vary: text('The request headers on which the answer depends beside the path', 'Accept-Encoding'),
}

/** Of the answers to writes, those that are refused too. */
export const OF_WRITES = {
  'X-RateLimit-Limit': count('How many writes a client may make in a minute', 6000),
  'X-RateLimit-Remaining': count('How many of them are left', 5999),
  'X-RateLimit-Reset': count('Seconds until all of them are there again', 60),
}

const cacheStatus = text(
  'Whether the database was asked, as in RFC 9211, and by which reads: not for a hit',
  'hotshelf; hit',
  {
    pattern: '^hotshelf; (hit|fwd=bypass|fwd=miss(; stored)?(; detail="[^"]{1,500}")?)$',
  },
)
const cacheControl = text('May be kept, and must be asked for again before each use', 'no-cache', {
  const: 'no-cache',
})

/** Of pages. */
export const OF_PAGES = {
  ETag: required(
    text('Strong, and another one for each Content-Encoding; to be sent in If-None-Match', '"Zk9Yx1cBv0Q3"', {
      pattern: '^"[\\w.-]+"$',
    }),
  ),
  'Last-Modified': required(
    text('When the page was made. If-Modified-Since does not count', 'Sun, 01 Nov 2026 12:00:00 GMT', {
      pattern: '^\\w{3}, \\d{2} \\w{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$',
    }),
  ),
  'Cache-Status': required(cacheStatus),
  'Cache-Control': required(cacheControl),
  'Content-Encoding': text('How the body is compressed, where it is', 'br', { enum: ['br', 'gzip'] }),
}

/** Of what is for those who run the service. */
export const OF_GUARDED = {
  'Cache-Control': text('Not to be kept: it is another a moment later', 'no-store', { const: 'no-store' }),
}

/** Of the pages that there are not, and of those that cannot be had. */
export const OF_MISSING_PAGES = { 'Cache-Status': cacheStatus, 'Cache-Control': cacheControl }

export const LOCATION = required(text('Where it is', '/books/7', { format: 'uri-reference' }))
export const RETRY_AFTER = required(count('Seconds after which to try again', 5))
export const CHALLENGE = required(text('How to say who one is', 'Bearer', { pattern: '^Bearer' }))
