import t, { type Test } from 'tap'
import { redisStore } from '../../src/cache/index.ts'
import { createClients, observe } from '../support/client.ts'
import { gate } from '../support/gate.ts'
import { connectRedis, createNamespace } from '../support/redis.ts'

/** Clients of a cache in Redis, with a row, and what is noted there. */
async function createNoted(t: Test) {
  const redis = connectRedis(t)
  await redis.connect()
  const namespace = createNamespace()
  const clients = await createClients(t, { store: redisStore(redis), namespace, crashBound: 500 })
  const { id } = await clients.cached.author.create({ data: { name: 'before' } })
  return { ...clients, redis, namespace, id, notes: () => redis.hgetall(`${namespace}:intents`) }
}

t.test('a batch in which another extension refuses a query leaves no note behind', async (t) => {
  const { cached, id, notes } = await createNoted(t)
  const strict = cached.$extends({
    query: {
      author: {
        create: () => {
          throw new Error('refused')
        },
      },
    },
  })
  const never = strict.author.update({ where: { id }, data: { name: 'never' } })
  await t.rejects(strict.$transaction([never, strict.author.create({ data: { name: 'new' } })]), /refused/)
  t.equal((await cached.author.findUnique({ where: { id } }))?.name, 'before')
  while (Object.keys(await notes()).length > 0) {
    // It goes when the write could no longer be under way.
  }
})

t.test(
  'who starts while a transaction of another is open uses the cache once that one has shown life',
  async (t) => {
    const { cached, connect, id, notes } = await createNoted(t)
    const [written, isWritten] = gate()
    const [committing, commit] = gate()
    const transaction = cached.$transaction(
      async (tx) => {
        await tx.author.update({ where: { id }, data: { name: 'after' } })
        isWritten()
        await committing
      },
      { timeout: 60_000 },
    )
    await written
    const late = connect().cached
    const read = () => late.author.findUnique({ where: { id } })
    t.same((await observe(read)).outcomes, ['bypass'], 'it may have died')
    while ((await observe(read)).outcomes[0] !== 'hit') await notes()
    commit()
    await transaction
    t.equal((await read())?.name, 'after')
  },
)

t.test('a note of a dead process that nobody can read drops everything', async (t) => {
  const { plain, cached, connect, redis, namespace, id, notes } = await createNoted(t)
  const read = (client = cached) => client.author.findUnique({ where: { id } })
  await read()
  await plain.author.update({ where: { id }, data: { name: 'after' } })
  await redis.hset(`${namespace}:intents`, 'nobody:1', '["cut sh')
  const late = connect().cached
  while (Object.keys(await notes()).length > 0) t.equal((await read(late))?.name, 'after')
  t.equal((await read())?.name, 'after')
})
