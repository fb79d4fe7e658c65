import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type CacheOptions, cache, memoryStore } from '../../src/cache/index.ts'
import { schema } from '../garden/generated/cache-schema.ts'
import { PrismaClient } from '../garden/generated/prisma/client.ts'
import { createBareDatabase, type Owner } from './database.ts'

export { schema } from '../garden/generated/cache-schema.ts'
export { Prisma } from '../garden/generated/prisma/client.ts'

type ClientOptions = Omit<ConstructorParameters<typeof PrismaClient>[0], 'adapter' | 'accelerateUrl'>

/** A database of the garden's schema, which has what the books' has not. Gone when the test ends. Returns its URL. */
export async function createGardenDatabase(owner: Owner): Promise<string> {
  const url = await createBareDatabase(owner)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(await readFile(join(import.meta.dirname, '../garden/schema.sql'), 'utf8'))
  await client.end()
  return url
}

interface Connection {
  readonly options?: Partial<CacheOptions>
  readonly clientOptions?: ClientOptions
  readonly adapter?: PrismaPg
  /** The cache, or a copy of it that has a fault. */
  readonly extension?: typeof cache
}

/** An uncached client and a cached one on one database of the garden's schema, each with a pool of its own. */
export function connectGarden(owner: Owner, url: string, connection: Connection = {}) {
  const { options, clientOptions, adapter = new PrismaPg(url), extension = cache } = connection
  const connect = (through: PrismaPg) => {
    const client = new PrismaClient({ ...clientOptions, adapter: through })
    owner.teardown(() => client.$disconnect())
    return client
  }
  const cached = connect(adapter).$extends(extension({ schema, store: memoryStore(), ...options }))
  return { plain: connect(new PrismaPg(url)), cached }
}
