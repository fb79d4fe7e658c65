import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { createApp, send } from '../support/app.ts'

const app = await createApp(t)
const author = (await send(app, 'POST', '/authors', { name: 'Ada' })).body
for (let n = 0; n < 20; n++) await send(app, 'POST', '/books', { title: `Book ${n}`, authorIds: [author.id] })
const short = `/books/1/reviews`
const get = (encoding?: string, more: Record<string, string> = {}, url = '/books') =>
  app.inject({ url, headers: { ...(encoding !== undefined && { 'accept-encoding': encoding }), ...more } })

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync }

t.test('a page is sent in the coding that a client takes, made or kept', async (t) => {
  for (const [coding, decode] of Object.entries(DECODERS)) {
    await app.prisma.$cache.drop()
    const plain = await get()
    for (let times = 0; times < 3; times++) {
      const { headers, rawPayload } = await get(coding)
      if (times === 2) t.equal(headers['cache-status'], 'hotshelf; hit')
      t.equal(headers['content-encoding'], coding)
      t.equal(headers['content-length'], String(rawPayload.length))
      t.ok(rawPayload.length < plain.rawPayload.length / 4)
      t.equal(decode(rawPayload).toString(), plain.body)
      t.match(headers['content-type'], /^application\/json/)
    }
  }
})

t.test('the coding is negotiated, and what is sent says that it was', async (t) => {
  for (const [accepted, coding] of [
    [undefined, undefined],
    ['identity', undefined],
    ['deflate', undefined],
    ['br;q=0, gzip;q=0', undefined],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br;q=0', 'gzip'],
    ['*', 'br'],
  ] as const) {
    const { headers } = await get(accepted)
    t.equal(headers['content-encoding'], coding, String(accepted))
    t.equal(headers.vary, 'Accept-Encoding')
  }
})

t.test('a short page, a problem and a write are sent as they are', async (t) => {
  for (const url of [short, '/books/999999', '/health/live'])
    t.equal((await get('br', {}, url)).headers['content-encoding'], undefined, url)
})

t.test('HEAD says what GET would send', async (t) => {
  const { headers } = await get('br')
  const head = await app.inject({ method: 'HEAD', url: '/books', headers: { 'accept-encoding': 'br' } })
  t.equal(head.body, '')
  for (const name of ['content-encoding', 'content-length', 'etag', 'vary'])
    t.equal(head.headers[name], headers[name], name)
})

t.test(
  'each coding has a strong ETag of its own, and each of them says that a client has the page',
  async (t) => {
    const tags = []
    for (const coding of [undefined, 'br', 'gzip']) tags.push(String((await get(coding)).headers.etag))
    t.equal(new Set(tags).size, 3)
    for (const etag of tags) t.match(etag, /^"[^"]+"$/)
    for (const etag of tags)
      for (const coding of [undefined, 'br', 'gzip']) {
        const answer = await get(coding, { 'if-none-match': etag })
        t.equal(answer.statusCode, 304, `${etag} for ${coding}`)
        t.equal(answer.headers['content-encoding'], undefined)
      }
    const [, br = ''] = tags
    t.equal((await get('br', { 'if-none-match': br })).headers.etag, br)
    await send(app, 'PATCH', '/books/1', { title: 'Other' })
    const changed = await get('br', { 'if-none-match': br })
    t.equal(changed.statusCode, 200)
    t.equal(JSON.parse(brotliDecompressSync(changed.rawPayload).toString()).data.length, 20)
  },
)

t.test('with COMPRESS=off nothing is compressed, and nothing varies', async (t) => {
  const off = await createApp(t, { COMPRESS: 'off' })
  const { headers } = await off.inject({ url: '/books', headers: { 'accept-encoding': 'br' } })
  t.equal(headers['content-encoding'], undefined)
  t.equal(headers.vary, undefined)
})

t.test('a page must be asked for again before each use, and no date is taken for a proof', async (t) => {
  for (const url of ['/books', '/books/1', '/authors', '/authors/1', short, '/books/999999']) {
    const later = new Date(Date.now() + 1e9).toUTCString()
    const { statusCode, headers } = await get(undefined, { 'if-modified-since': later }, url)
    t.not(statusCode, 304, url)
    t.equal(headers['cache-control'], 'no-cache', url)
    if (statusCode === 200) t.match(headers['last-modified'], / GMT$/, url)
  }
})
