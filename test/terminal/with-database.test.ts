import t from 'tap'
import { checkRedis } from '../../src/terminal/reach-redis.ts'
import { withDatabase } from '../../src/terminal/with-database.ts'
import { createDatabase } from '../support/database.ts'
import { startRedis } from '../support/redis.ts'

t.test('a Redis that is lost before it heard of a write is told, and what was written stays', async (t) => {
  const redis = await startRedis(t)
  Object.assign(process.env, { DATABASE_URL: await createDatabase(t), REDIS_URL: redis.url })
  await t.rejects(
    withDatabase(async (database) => {
      await redis.stop()
      await database.book.create({ data: { title: 'Written' } })
    }),
    { message: /^all was written, but Redis was lost .*: flush it before it is used$/ },
  )
  process.env.REDIS_URL = ''
  t.equal(await withDatabase((database) => database.book.count()), 1)
})

t.test('it is told why a Redis cannot be reached, and where, without the password', async (t) => {
  const { port } = await startRedis(t, undefined, ['--requirepass', 'right'])
  const at = `Redis cannot be reached at 127.0.0.1:${port}: `
  const cases = [
    [`redis://:wrong@127.0.0.1:${port}`, `${at}WRONGPASS `],
    [`redis://127.0.0.1:${port}`, `${at}NOAUTH `],
    [
      'redis-sentinel://127.0.0.1:1/main',
      'Redis cannot be reached at 127.0.0.1:1: All sentinels are unreachable',
    ],
    ['redis-cluster://127.0.0.1:1', 'Redis cannot be reached at 127.0.0.1:1: Failed to refresh slots cache'],
  ] as const
  await Promise.all(
    cases.map(([url, message]) => t.rejects(checkRedis(url), { message: new RegExp(`^${message}`) }, url)),
  )
  await checkRedis(`redis://:right@127.0.0.1:${port}`)
})
