import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { runCommand, type Start } from './services/run-command.ts'
import { startTestbed } from './services/testbed.ts'

/** A service's own settings, which must not reach the tests. */
const SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'API_TOKEN', 'CACHE', 'PORT', 'HOST', 'NODE_ENV']

/** `npm test [-- tap's own arguments]`: tap, with a real PostgreSQL and a real Redis around it. */
async function test(start: Start): Promise<number> {
  // Each test file copies the database.
  const { databaseUrl, redisUrl } = await startTestbed(start)
  const env = { ...process.env, TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl }
  for (const name of SETTINGS) Reflect.deleteProperty(env, name)
  const { exited } = await start(() => startTap(process.argv.slice(2), env))
  return exited
}

/** tap and what it starts are a group of their own: a Ctrl-C comes from us, once, and reaches all of it. */
async function startTap(args: readonly string[], env: NodeJS.ProcessEnv) {
  const tap = createRequire(import.meta.url).resolve('tap/package.json')
  const runner = spawn(process.execPath, [join(tap, '../dist/esm/run.mjs'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
    detached: true,
  })
  const exited = once(runner, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : 1))
  const stop = async () => {
    // Also when tap has ended: a test that was killed may have left something behind.
    signalGroup(runner.pid, 'SIGINT')
    await exited
  }
  return { exited, stop }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody is left in it.
  }
}

await runCommand(test, 130)
