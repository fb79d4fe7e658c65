import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'

/** PostgreSQL's type `"char"`, in which its catalogues keep flags. */
const CHAR = 18
/** A type that no catalogue has, as which flags travel through `@prisma/adapter-pg`. */
const UUID = 2950

/**
 * `@prisma/adapter-pg` for the schema engine, with what keeps 7.10 of it from that repaired: it refuses columns of type
 * `"char"`, splits scripts at every semicolon, and drops a shadow database that it is still connected to.
 */
export function createAdapterFactory(url: string): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(url)
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => connect(url),
    async connectToShadowDb() {
      const main = await connect(url)
      const name = `prisma_migrate_shadow_db_${randomUUID()}`
      await main.executeScript(`CREATE DATABASE "${name}"`)
      return connect(withDatabase(url, name), async () => {
        await main.executeScript(`DROP DATABASE "${name}"`)
        await main.dispose()
      })
    },
  }
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(name)}`
  return other.href
}

async function connect(url: string, disposed = async () => {}): Promise<SqlDriverAdapter> {
  const pool = new pg.Pool({ connectionString: url })
  pool.on('connect', readFlags)
  const schema = new URL(url).searchParams.get('schema') ?? 'public'
  const adapter = await new PrismaPg(pool, { schema, disposeExternalPool: true }).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  const dispose = adapter.dispose.bind(adapter)
  return Object.assign(adapter, {
    async queryRaw(query: SqlQuery) {
      const result = await queryRaw(query)
      const { Uuid, Character } = ColumnTypeEnum
      return { ...result, columnTypes: result.columnTypes.map((type) => (type === Uuid ? Character : type)) }
    },
    /** Without values PostgreSQL takes many statements at once, and finds their ends itself. */
    async executeScript(script: string) {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] })
    },
    async dispose() {
      await dispose()
      await disposed()
    },
  })
}

/** Before pg itself looks at what columns a result has. */
function readFlags(client: pg.PoolClient): void {
  const connection: unknown = Reflect.get(client, 'connection')
  if (!(connection instanceof pg.Connection)) throw new Error('this version of pg hides its connection')
  connection.prependListener('rowDescription', ({ fields }: { fields: pg.FieldDef[] }) => {
    for (const field of fields) if (field.dataTypeID === CHAR) field.dataTypeID = UUID
  })
}
