import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import type { Store } from '../../src/cache/index.ts'
import { schema } from '../../src/generated/cache-schema.ts'
import { PrismaClient } from '../../src/generated/prisma/client.ts'
import { WatchedAdapter } from '../support/adapter.ts'
import { createDatabase } from '../support/database.ts'
import { createNamespace, redisUrl } from '../support/redis.ts'
import { step } from './actor.ts'
import { namelessText } from './nameless-text.ts'
import type { Play } from './scheduler.ts'
import { StaleReads } from './stale-reads.ts'

type Cache = typeof import('../../src/cache/index.ts')

/** @param folder that of a project */
export const loadCache = async (folder: string): Promise<Cache> =>
  import(pathToFileURL(join(folder, 'src/cache/index.ts')).href)

/** A Redis whose commands are steps. */
class SteppedRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): Promise<unknown> {
    return step(args[0].name, async () => super.sendCommand(...args))
  }
}

export interface RealCast {
  readonly readers: number
  /** Whether the writer is in the readers' process. */
  readonly together: boolean
  /** Whether the write is in an interactive transaction. */
  readonly transaction: boolean
}

/** Notes are for processes that die, which none does here. */
const withoutNotes = ({ get, pin, set, drop }: Store): Store => ({ get, pin, set, drop })

/** Milliseconds for a command that is held back while others take their turn. */
const HELD = 60_000

/** A row in PostgreSQL, cached in Redis, and all steps towards either; to be played with any cast. */
export async function createRealRow(t: Test, { cache, redisStore }: Cache) {
  const adapter = new WatchedAdapter(await createDatabase(t), (sql, run) =>
    step(sql.split(' ', 1)[0] ?? sql, run),
  )
  const plain = new PrismaClient({ adapter })
  t.teardown(() => plain.$disconnect())
  const redis = new SteppedRedis(redisUrl())
  t.teardown(() => redis.disconnect())
  const where = { id: 1 }
  await plain.author.create({ data: { id: 1, name: '0' } })

  return ({ readers, together, transaction }: RealCast) =>
    async (): Promise<Play> => {
      await plain.author.update({ where, data: { name: '0' } })
      const namespace = createNamespace()
      const createProcess = () =>
        plain.$extends(cache({ schema, namespace, store: withoutNotes(redisStore(redis)), deadline: HELD }))
      const reading = createProcess()
      const writing = together ? reading : createProcess()
      const stale = new StaleReads()

      const read = (client: typeof reading) => stale.read(() => client.author.findUnique({ where }))
      const update = (client: Pick<typeof writing, 'author'>) =>
        client.author.update({ where, data: { name: '1' } })
      async function write(): Promise<void> {
        if (transaction) await writing.$transaction((tx) => update(tx), PATIENT)
        else await update(writing)
        await step('return', async () => stale.returned(1))
      }
      const readingActors = Array.from({ length: readers }, (_, index): [string, () => Promise<void>] => [
        `reader ${index}`,
        () => read(reading),
      ])
      return {
        actors: { ...Object.fromEntries(readingActors), writer: write },
        holds: true,
        async state(actors) {
          const keys = (await redis.keys(`${namespace}:*`)).sort()
          const texts = keys.length === 0 ? [] : await redis.mget(keys)
          const held = keys.map((key, index) => [key.slice(namespace.length), texts[index]])
          const row = await plain.author.findUnique({ where })
          return namelessText(actors, [row, stale.promised, held])
        },
        async end() {
          for (const client of [reading, writing]) await read(client)
        },
      }
    }
}

const PATIENT = { maxWait: 60_000, timeout: 60_000 }
