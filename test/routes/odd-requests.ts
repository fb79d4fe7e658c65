import fc from 'fast-check'

/** A request as it is sent, byte by byte. */
export interface OddRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly token: string
  readonly type: string
  readonly headers: readonly [string, string][]
  /** Characters below 256 stand for bytes; in a text with others, all are sent as UTF-8. */
  readonly body: string | null
}

const from = (words: string, ...more: string[]) => fc.constantFrom(...words.split(' '), ...more)
const HUGE = '9'.repeat(400)

/** What is odd in a path, a query, a header or a body. */
const odd = fc.oneof(
  from(
    '0 1 2 -1 1.5 1e3 2147483647 2147483648 NaN null true [] % _ \\ $1 {{7*7}} ../../etc/passwd 0x10 +1 ١',
    HUGE,
  ),
  from(
    '__proto__ constructor prototype toString hasOwnProperty eng Tolkien title -title 😀 \u202e',
    '',
    ' 1',
    '1 ',
  ),
  from('\u0000 a\u0000b', '1\'; DROP TABLE "Book"; --', "' OR 1=1 --", 'x'.repeat(1000), '%'.repeat(300)),
  fc.string(),
  fc.string({ unit: 'binary' }),
)
/** No UTF-8, or no encoding of any. */
const broken = from('% %zz %ff %c0%af %00 %e2%82 \xff\xfe %2e%2e%2f %ed%a0%80 ; ? # //')
const part = fc.oneof({ weight: 4, arbitrary: odd.map((text) => encodeURIComponent(text)) }, broken)

const id = fc.oneof({ weight: 2, arbitrary: from('1 2 3') }, part)
const path = fc.oneof(
  from('/books /authors /health/live /health/ready /docs /docs/json / *'),
  id.map((own) => `/books/${own}`),
  id.map((own) => `/authors/${own}`),
  id.map((own) => `/books/${own}/reviews`),
  id.map((own) => `/reviews/${own}`),
  fc.array(part).map((parts) => `/${parts.join('/')}`),
)
const parameter = fc.oneof({ weight: 3, arbitrary: from('limit cursor sort author language q') }, part)
const query = fc
  .array(fc.tuple(parameter, part), { maxLength: 4 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`))

const numbers = fc.constantFrom(0, -0, 1, -1, 0.1, 1e308, 2 ** 31, 2 ** 53)
const value: fc.Arbitrary<unknown> = fc.oneof(
  odd,
  numbers,
  fc.constantFrom<unknown>(true, null, [], {}, [1, 1], [[]], { set: 1 }, { $ne: 1 }),
  fc.json().map((text) => JSON.parse(text)),
)
const field = from(
  'title name isbn isbn13 language publishedYear averageRating ratingsCount authorIds rating reviewer text id __proto__',
)
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const body = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(field, value).map((object) => JSON.stringify(object)) },
  { weight: 2, arbitrary: value.map((any) => JSON.stringify(any)) },
  from(
    '{ null {"title":1e999} {"title":"a","title":2} {"title":"\\u0000"} {"title":"\\ud800"} \xff {"title":"\xc3("}',
    '',
  ),
  fc.constantFrom(
    nested(20_000),
    `{"title":${nested(5000)}}`,
    `{"ratingsCount":${HUGE}}`,
    '{"__proto__":{"title":"x"}}',
  ),
  fc.constantFrom(
    JSON.stringify({ title: 'x'.repeat(100_000) }),
    JSON.stringify({ name: 'y'.repeat(90_000) }),
  ),
)
const header = fc.tuple(
  from(
    'accept accept-encoding authorization cookie range if-none-match x-forwarded-for x-http-method-override origin host expect',
  ),
  fc.oneof(
    odd.map((text) => text.replace(/[\r\n\0]/g, '')),
    fc.constant('\xff\xfe'),
  ),
)

export const oddRequest: fc.Arbitrary<OddRequest> = fc.record({
  method: fc.oneof(
    { weight: 8, arbitrary: from('GET POST PUT PATCH DELETE') },
    from('HEAD OPTIONS TRACE PROPFIND get FOO', ''),
  ),
  path,
  query,
  token: fc.constantFrom(
    'Bearer token',
    'Bearer token',
    'Bearer token',
    'Bearer tokens',
    'Basic x',
    'Bearer',
  ),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('application/json', 'application/json; charset=utf-8') },
    from('text/plain application/x-www-form-urlencoded \xff', ''),
  ),
  headers: fc.array(header, { maxLength: 3 }),
  body: fc.option(body),
})

const bytesOf = (text: string): Buffer =>
  Buffer.from(text, [...text].every((character) => character <= '\xff') ? 'latin1' : 'utf8')

/** A request as the bytes that go through the wire. */
export function encode({ method, path, query, token, type, headers, body }: OddRequest): Buffer {
  const content = bytesOf(body ?? '')
  const lines = [
    `${method} ${path}${query} HTTP/1.1`,
    ...['host: x', 'connection: close', `authorization: ${token}`],
    ...headers.map((pair) => pair.join(': ')),
    ...(body === null ? [] : [`content-type: ${type}`, `content-length: ${content.length}`]),
  ]
  return Buffer.concat([
    ...lines.flatMap((line) => [bytesOf(line), bytesOf('\r\n')]),
    bytesOf('\r\n'),
    content,
  ])
}
