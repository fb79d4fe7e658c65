import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { freePort } from '../scripts/services/ports.ts'
import { createApp, send } from './support/app.ts'
import { keepBusy } from './support/busy.ts'

t.test('a client may write so often, all processes together, and read as often as it likes', async (t) => {
  const app = await createApp(t, { RATE_LIMIT: '3' })
  const { body } = await send(app, 'POST', '/authors', { name: 'x' })
  t.equal((await send(app, 'PATCH', `/authors/${body.id}`, { name: 'y' })).status, 200)
  t.equal((await send(app, 'DELETE', `/authors/${body.id}`)).status, 204)
  const refused = await send(app, 'POST', '/authors', { name: 'x' })
  t.equal(refused.status, 429)
  t.equal(refused.headers['content-type'], 'application/problem+json')
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.match(refused.body, { type: 'urn:hotshelf:problem:too-many-requests', status: 429 })
  for (let count = 0; count < 5; count++) t.equal((await send(app, 'GET', '/authors')).status, 200)
})

t.test('without a limit, and where Redis cannot count, anybody may write', async (t) => {
  const gone = `redis://127.0.0.1:${await freePort()}`
  for (const env of [{ RATE_LIMIT: 'off' }, { RATE_LIMIT: '1', REDIS_URL: gone }]) {
    const app = await createApp(t, env)
    for (let count = 0; count < 3; count++)
      t.equal((await send(app, 'POST', '/authors', { name: 'x' })).status, 201)
  }
})

t.test('another client behind a proxy has a limit of its own', async (t) => {
  const app = await createApp(t, { RATE_LIMIT: '1', TRUST_PROXY: '1' })
  const from = (client: string) =>
    app.inject({
      method: 'POST',
      url: '/authors',
      payload: { name: 'x' },
      headers: { 'x-forwarded-for': client },
    })
  t.equal((await from('192.0.2.1')).statusCode, 201)
  t.equal((await from('192.0.2.2')).statusCode, 201)
  t.equal((await from('192.0.2.1')).statusCode, 429)
})

t.test('browsers are told what they may do with an answer', async (t) => {
  const { headers } = await send(await createApp(t), 'GET', '/books')
  t.equal(headers['x-content-type-options'], 'nosniff')
  t.match(headers['content-security-policy'], /default-src 'self'/)
})

t.test('what is too large, or too slow, is refused', async (t) => {
  const app = await createApp(t, { BODY_LIMIT: '20', REQUEST_TIMEOUT: '100' })
  t.equal((await send(app, 'POST', '/authors', { name: 'x' })).status, 201)
  t.equal((await send(app, 'POST', '/authors', { name: 'much too long' })).status, 413)
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  for (const part of [
    'GET /books HTTP/1.1\r\n',
    'POST /books HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  ]) {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(part))
    t.match(await text(socket), /^HTTP\/1.1 408 /)
  }
})

t.test('a process that is about to end refuses what still comes, as a problem', async (t) => {
  const app = await createApp(t)
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const socket = connect(Number(port), '127.0.0.1')
  const request = 'GET /health/live HTTP/1.1\r\nHost: x\r\n'
  // The second one has begun, and keeps the connection.
  socket.write(`${request}\r\n${request}`)
  await once(socket, 'data')
  const closed = app.close()
  while (app.server.listening) await setImmediate()
  socket.write('\r\n')
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  t.match(head, /^HTTP\/1.1 503 /)
  t.match(head, /^content-type: application\/problem\+json/im)
  t.match(head, /^retry-after: \d/im)
  t.match(JSON.parse(body), { type: 'urn:hotshelf:problem:unavailable', status: 503 })
  await closed
})

t.test('a process that is busy sends new requests away', async (t) => {
  const app = await createApp(t, { MAX_DELAY: '1' })
  keepBusy(t)
  for (;;) {
    const { status, headers } = await send(app, 'GET', '/books')
    if (status === 200) continue
    t.equal(status, 503)
    t.ok(Number(headers['retry-after']) > 0)
    return
  }
})

t.test('a search, a page and a cursor have a size that they may not exceed', async (t) => {
  const app = await createApp(t)
  for (const [most, beyond] of [
    [`q=${'x'.repeat(100)}`, `q=${'x'.repeat(101)}`],
    ['limit=100', 'limit=101'],
  ] as const)
    for (const list of ['/books', '/authors']) {
      t.equal((await send(app, 'GET', `${list}?${most}`)).status, 200, most)
      t.equal((await send(app, 'GET', `${list}?${beyond}`)).status, 400, beyond)
    }
  const { status, body } = await send(app, 'GET', `/books?cursor=${'x'.repeat(8193)}`)
  t.equal(status, 400)
  t.match(body, { errors: [{ field: 'cursor', message: /8192/ }] })
})
