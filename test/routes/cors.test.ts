import t from 'tap'
import { ConfigError, loadConfig } from '../../src/config.ts'
import { createApp, send } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'

const ONE = 'https://one.example'
const OTHER = 'http://other.example:8080'
const DATABASE_URL = await createDatabase(t)

t.test('unless it is configured, no other origin is told that it may read', async (t) => {
  const app = await createApp(t, { DATABASE_URL })
  const { headers } = await app.inject({ url: '/books', headers: { origin: ONE } })
  t.notOk(Object.keys(headers).some((name) => name.startsWith('access-control-')))
  t.equal(headers.vary, 'Accept-Encoding')
  t.equal((await app.inject({ method: 'OPTIONS', url: '/books', headers: { origin: ONE } })).statusCode, 404)
})

t.test(
  'those that are named may read, each told of itself, and a page is kept for all of them',
  async (t) => {
    const app = await createApp(t, { DATABASE_URL, CORS_ORIGIN: `${ONE},${OTHER}`, API_TOKEN: 'token' })
    const get = (origin: string, url = '/books') => app.inject({ url, headers: { origin } })
    const bodies = []
    for (const origin of [ONE, ONE, OTHER, ONE]) {
      const { headers, body } = await get(origin)
      t.equal(headers['access-control-allow-origin'], origin)
      t.equal(headers.vary, 'Origin, Accept-Encoding')
      for (const name of [
        'ETag',
        'Cache-Status',
        'Server-Timing',
        'Location',
        'Retry-After',
        'X-RateLimit-Limit',
      ])
        t.match(headers['access-control-expose-headers'], name)
      bodies.push(body, headers.etag)
    }
    t.equal(new Set(bodies).size, 2)
    t.equal((await get(OTHER)).headers['cache-status'], 'hotshelf; hit')
    const stranger = await get('https://stranger.example')
    t.equal(stranger.statusCode, 200)
    t.equal(stranger.headers['access-control-allow-origin'], undefined)
    t.match(stranger.headers.vary, 'Origin')
    for (const url of ['/books/999999', '/nowhere'])
      t.equal((await get(ONE, url)).headers['access-control-allow-origin'], ONE, 'a problem can be read, too')
  },
)

t.test('a preflight needs no token and does not count; the write after it does', async (t) => {
  const app = await createApp(t, { DATABASE_URL, CORS_ORIGIN: '*', API_TOKEN: 'token', RATE_LIMIT: '1' })
  const ask = () =>
    app.inject({
      method: 'OPTIONS',
      url: '/authors',
      headers: {
        origin: ONE,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  for (let times = 0; times < 3; times++) {
    const { statusCode, headers } = await ask()
    t.equal(statusCode, 204)
    t.equal(headers['access-control-allow-origin'], '*')
    t.match(headers['access-control-allow-methods'], 'DELETE')
    t.match(headers['access-control-allow-headers'], /^Authorization, Content-Type, If-None-Match$/)
    t.equal(headers['x-ratelimit-limit'], undefined)
  }
  const write = (authorization: string) =>
    app.inject({
      method: 'POST',
      url: '/authors',
      payload: { name: 'x' },
      headers: { origin: ONE, authorization },
    })
  const made = await write('Bearer token')
  t.equal(made.statusCode, 201)
  t.equal(made.headers['access-control-allow-origin'], '*')
  t.equal(made.headers.vary, undefined)
  const refused = await write('Bearer token')
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['access-control-allow-origin'], '*')
  t.equal((await app.inject({ method: 'OPTIONS', url: '/books' })).statusCode, 204)
  t.equal((await send(app, 'GET', '/books')).headers.vary, 'Accept-Encoding')
})

t.test('what is no list of origins is refused in one line', async (t) => {
  const load = (CORS_ORIGIN: string) => loadConfig({ DATABASE_URL, CORS_ORIGIN })
  for (const fine of ['*', ONE, `${ONE},${OTHER}`]) t.equal(load(fine).CORS_ORIGIN, fine)
  for (const wrong of [
    'one.example',
    `${ONE}/`,
    `${ONE}/path`,
    `${ONE}, ${OTHER}`,
    `${ONE},*`,
    'null',
    'HTTPS://A.B',
  ])
    t.throws(
      () => load(wrong),
      new ConfigError(
        'CORS_ORIGIN must be * or origins such as https://shop.example, in lower case and separated by commas',
      ),
      wrong,
    )
})
