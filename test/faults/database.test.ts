import t from 'tap'
import { createApp, send } from '../support/app.ts'
import { createDatabase } from '../support/database.ts'
import { Link } from '../support/link.ts'

t.test(
  'without the database hits are served, everything else is a 503, and it recovers by itself',
  async (t) => {
    const url = new URL(await createDatabase(t))
    const link = new Link(url.href)
    url.host = await link.listen(t)
    const app = await createApp(t, { DATABASE_URL: url.href })
    const { body } = await send(app, 'POST', '/authors', { name: 'before' })
    const author = `/authors/${body.id}`
    await send(app, 'GET', author)

    link.close()
    t.match(await send(app, 'GET', author), { status: 200, cache: 'hotshelf; hit' })
    for (const [method, path, payload] of [
      ['GET', '/books', undefined],
      ['POST', '/authors', { name: 'never' }],
      ['PATCH', author, { name: 'never' }],
    ] as const) {
      const { status, headers } = await send(app, method, path, payload)
      t.equal(status, 503, `${method} ${path}`)
      t.ok(Number(headers['retry-after']) > 0)
    }

    await link.open()
    t.match(await send(app, 'GET', author), { status: 200, body: { name: 'before' } })
    t.equal((await send(app, 'PATCH', author, { name: 'after' })).status, 200)
    t.match(await send(app, 'GET', author), { status: 200, body: { name: 'after' } })
    t.same((await send(app, 'GET', '/authors?q=never')).body.data, [])
  },
)
