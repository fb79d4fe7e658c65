import { PrismaPg } from '@prisma/adapter-pg'
import type { Test } from 'tap'
import { PrismaClient } from '../../src/generated/prisma/client.ts'
import { createDatabase } from './database.ts'
import { runScript } from './script.ts'

/** An empty database, a plain client on it, and the import into it. */
export async function createImport(t: Test, more: Record<string, string> = {}) {
  const url = more.DATABASE_URL ?? (await createDatabase(t))
  const database = new PrismaClient({ adapter: new PrismaPg(url) })
  t.teardown(() => database.$disconnect())
  const env = { DATABASE_URL: url, ...more }
  return { url, database, run: (...args: string[]) => runScript('scripts/import.ts', args, env) }
}
