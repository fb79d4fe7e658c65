import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** Whoever says when something is over: a test, or a script that makes use of what tests have. */
export interface Owner {
  teardown(work: () => unknown): unknown
}

/** An address that `npm test` gives. */
export function given(name: 'TEST_DATABASE_URL' | 'TEST_REDIS_URL'): string {
  const value = process.env[name]
  if (!value) throw new Error(`run this file with \`npm test -- FILE\`: ${name} is not set`)
  return value
}

async function administer(sql: string): Promise<void> {
  const url = new URL(given('TEST_DATABASE_URL'))
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** A database of the test's own, migrated and empty, gone when the test ends. Returns its URL. */
export const createDatabase = (owner: Owner): Promise<string> =>
  copyDatabase(owner, new URL(given('TEST_DATABASE_URL')).pathname.slice(1))

/** A database of the test's own that has no tables yet, gone when the test ends. Returns its URL. */
export const createBareDatabase = (owner: Owner): Promise<string> => copyDatabase(owner, 'template1')

async function copyDatabase(owner: Owner, template: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(template)}`)
  owner.teardown(() => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  const url = new URL(given('TEST_DATABASE_URL'))
  url.pathname = `/${name}`
  return url.href
}

/** A connection to a database, closed when the test ends. */
export async function connectDatabase(owner: Owner, url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  owner.teardown(() => client.end())
  return client
}

/**
 * Locks what a statement locks, until what it returns is called.
 *
 * @param statement `LOCK TABLE …` or `SELECT … FOR UPDATE`
 */
export async function lock(owner: Owner, url: string, statement: string): Promise<() => Promise<unknown>> {
  const client = await connectDatabase(owner, url)
  await client.query('BEGIN')
  await client.query(statement)
  return () => client.query('COMMIT')
}
