import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/**
 * Runs a script of the project from its source, to its end.
 *
 * @param env all that it gets, beside the PATH; an empty value hides one of the file `.env`
 */
export async function runScript(file: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', REDIS_URL: '', API_TOKEN: '', CACHE: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { status, lines: linesOf(stdout), errors: linesOf(stderr) }
}

const linesOf = (output: string): string[] => output.split('\n').filter((line) => line !== '')
