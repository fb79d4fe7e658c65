import pg from 'pg'
import { withDatabase } from './adapter.ts'

/** An error with one of Prisma's codes. */
class ProbeError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** @throws ProbeError P1001 where no server answers, P1003 where it has no such database, P1000 for a wrong password */
export const canConnect = (url: string): Promise<void> => withClient(url, async () => {})

/** Creates the database that a URL names. @throws ProbeError P1009 where there is one already */
export async function createDatabase(url: string): Promise<void> {
  const name = databaseOf(url)
  await withClient(withDatabase(url, 'postgres'), async (client) => {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  })
}

const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1))

async function withClient(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  try {
    await client.connect()
    await use(client)
  } catch (error) {
    throw probeError(url, error)
  } finally {
    await client.end().catch(() => {})
  }
}

function probeError(url: string, error: unknown): Error {
  const { hostname, port, username } = new URL(url)
  const name = databaseOf(url)
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (code === '3D000') return new ProbeError('P1003', `Database \`${name}\` does not exist`)
  if (code === '42P04') return new ProbeError('P1009', `Database \`${name}\` already exists`)
  if (code === '28P01' || code === '28000')
    return new ProbeError('P1000', `Authentication failed against the database server for \`${username}\``)
  if (code === '42501') return new ProbeError('P1010', `User was denied access on the database \`${name}\``)
  return new ProbeError('P1001', `Can't reach database server at \`${hostname}:${port || 5432}\``)
}
