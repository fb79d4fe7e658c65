import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { failTest, NOT_DOCUMENTED } from './not-documented.ts'

const root = join(import.meta.dirname, '../..')
const comparing = join(import.meta.dirname, 'documented-process.ts')

/**
 * `npx tsx src/server.ts` with just these variables, as a process of its own, whose answers are compared with its document.
 *
 * @param folder the project, or a copy of it
 */
export function spawnServer(env: Record<string, string>, folder = root) {
  const { PATH = '', HOME = '' } = process.env
  // A copy has a fault, which is to be found soon.
  const compare = folder === root ? ['--import', comparing] : []
  const child = spawn(process.execPath, ['--import', 'tsx', ...compare, 'src/server.ts'], {
    cwd: folder,
    env: { PATH, HOME, ...env },
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = once(child, 'exit').then(([code]) => {
    if (code === NOT_DOCUMENTED) failTest(said.trim())
    return { code, said }
  })
  const lines = createInterface({ input: child.stdout })
  const listening = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const url = /Server listening at (http:[^"]+)/.exec(line)?.[1]
      if (!url) return
      resolve(url)
      // Nobody reads the log of its requests, which must not fill the pipe.
      lines.close()
      child.stdout.resume()
    })
    ended.then(({ said }) => reject(new Error(`the server ended: ${said.trim()}`)))
  })
  // Not everyone who starts a server expects it to listen.
  listening.catch(() => {})
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { child, listening, ended, stop }
}

/** The same, ended with the test at the latest. */
export function startServer(t: Test, env: Record<string, string>, folder?: string) {
  const server = spawnServer(env, folder)
  t.teardown(server.stop)
  return server
}
