import { join } from 'node:path'
import type { Test } from 'tap'
import { createDatabase } from '../support/database.ts'
import { createNamespace, redisUrl } from '../support/redis.ts'
import { startServer } from '../support/server.ts'
import { Driver } from './driver.ts'

interface Wanted {
  readonly processes: number
  /** The project, or a copy of it. */
  readonly folder?: string
  readonly env?: Readonly<Record<string, string>>
}

const HOUR = 3_600_000
const shiftedClock = join(import.meta.dirname, '../support/shifted-clock.js')

/** What lets a process's clock differ by so many hours. */
export const clockShiftedBy = (hours: number) => ({
  NODE_OPTIONS: `--import "${shiftedClock}"`,
  CLOCK_SHIFT: String(hours * HOUR),
})

/**
 * Some processes of the service, that share a database and a cache, and what makes requests of them. Their clocks are an
 * hour apart, and every other one has a near level.
 */
export async function startServers(t: Test, { processes, folder, env }: Wanted) {
  const database = await createDatabase(t)
  const all = {
    DATABASE_URL: database,
    REDIS_URL: redisUrl(),
    CACHE_NAMESPACE: createNamespace(),
    PORT: '0',
    ...env,
  }
  const servers = Array.from({ length: processes }, (_, index) =>
    startServer(t, { ...all, ...clockShiftedBy(index) }, folder),
  )
  const urls = await Promise.all(servers.map(({ listening }) => listening))
  return { urls, driver: new Driver(urls, database) }
}
