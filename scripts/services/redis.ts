import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { freePort } from './ports.ts'
import type { Service } from './run-command.ts'

export interface RedisService extends Service {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
}

const SERVERS = ['redis-server', 'valkey-server'] as const

/** The paths of `redis-server` and `valkey-server`, as far as they are on the PATH. */
export function findRedisServers(path = process.env.PATH ?? ''): string[] {
  const folders = path.split(delimiter)
  return SERVERS.flatMap((name) => folders.map((folder) => join(folder, name)).find(isExecutable) ?? [])
}

/** One of these, if there is one. */
export const findRedisServer = (path?: string): string | undefined => findRedisServers(path)[0]

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Starts a Redis of our own that keeps nothing on disk, and ends with this process even if that is killed.
 *
 * @param more options of the server's, after the file that a sentinel writes to, where it is one
 * @throws an Error where it does not come up
 */
export async function startRedis(
  server: string,
  port?: number,
  more: readonly string[] = [],
): Promise<RedisService> {
  const at = port ?? (await freePort())
  const child = spawn(
    server,
    [...more, '--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      // A Ctrl-C is for us, who stop it when nobody needs it any more.
      detached: true,
    },
  )
  endWithUs(child)
  await ready(child)
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** A shell waits for a pipe that closes with this process, whatever ends it. */
function endWithUs(child: ChildProcess): void {
  if (child.pid === undefined) return
  const guard = spawn('sh', ['-c', 'read _; kill -KILL "$1"', 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.once('exit', () => guard.kill('SIGKILL'))
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`Redis did not start: ${said.trim().split('\n').at(-1)}`)))
    child.stdout?.on('data', (chunk) => {
      said += chunk
      if (/Ready to accept connections|Sentinel ID/i.test(said)) resolve()
    })
  })
}
