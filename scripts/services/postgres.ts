import { fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'
import type { HostMessage } from './postgres-host.ts'
import type { Service } from './run-command.ts'

export interface PostgresService extends Service {
  readonly url: string
}

/** Milliseconds that a PostgreSQL whose command was killed has to end and leave its folder to us. */
const PATIENCE = 3000

/**
 * Starts a PostgreSQL of our own, which ends with this process even if that is killed.
 *
 * @param folder where its data is kept; made at the first start
 * @param flags for the server, such as `-c fsync=off`
 * @throws an Error of one line where it does not start, or another one runs on the folder
 */
export async function startPostgres(folder: string, flags: readonly string[] = []): Promise<PostgresService> {
  if (process.getuid?.() === 0) for (const place of [dirname(folder), import.meta.dirname]) mustBeOpen(place)
  const deadline = Date.now() + PATIENCE
  for (;;) {
    const started = await tryPostgres(folder, flags)
    if (typeof started !== 'string') return started
    const inUse = /postmaster\.pid|pre-existing shared memory/.test(started)
    if (inUse && Date.now() < deadline) await sleep(100)
    else throw new Error(inUse ? alreadyRuns(folder, started) : `PostgreSQL did not start: ${gist(started)}`)
  }
}

/** The running PostgreSQL, or what it said of why it does not run. */
async function tryPostgres(folder: string, flags: readonly string[]): Promise<PostgresService | string> {
  const port = await freePort()
  const host = fork(
    fileURLToPath(import.meta.resolve('./postgres-host.ts')),
    [folder, String(port), ...flags],
    {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A Ctrl-C is for us, who stop it when nobody needs it any more.
      detached: true,
    },
  )
  const stop = async () => {
    const exited = host.exitCode === null && host.signalCode === null && once(host, 'exit')
    if (host.connected) host.disconnect()
    await exited
  }
  const failed = await new Promise<string | undefined>((resolve) => {
    host.once('message', (message: HostMessage) => resolve(message.failed))
    host.once('error', (error) => resolve(error.message))
    host.once('exit', () => resolve('its process ended'))
  })
  if (failed === undefined) return { url: `postgresql://hotshelf:hotshelf@127.0.0.1:${port}/hotshelf`, stop }
  await stop()
  return failed
}

const alreadyRuns = (folder: string, said: string) =>
  `another PostgreSQL${/\(PID \d+\)/.exec(said)?.[0].replace(/^/, ' ') ?? ''} runs on ${folder}: ` +
  'stop it first, or set HOTSHELF_DATA to another folder'

/** The line of PostgreSQL's log that says why. */
const gist = (said: string) =>
  (/(?:FATAL|error):\s+(.*)/.exec(said)?.[1] ?? said.trim().split('\n').at(-1) ?? '').trim()

/** PostgreSQL refuses to run as root, and the user it runs as instead must be able to get to where things are. */
function mustBeOpen(place: string): void {
  for (let folder = place; folder !== dirname(folder); folder = dirname(folder)) {
    if (!(statSync(folder).mode & 0o001))
      throw new Error(
        `PostgreSQL runs as the user postgres, who cannot enter ${folder}: \`chmod o+x ${folder}\`, or do not run as root`,
      )
  }
}
