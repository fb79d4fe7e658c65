import t from 'tap'
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
