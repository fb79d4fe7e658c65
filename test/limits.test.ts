import t from 'tap'
import { freePort } from '../scripts/services/ports.ts'
import { createApp, send } from './support/app.ts'

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
