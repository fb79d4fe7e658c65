import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')

/**
 * Runs a command of Prisma's CLI on a database: `prisma(url, 'migrate', 'deploy')`.
 *
 * @throws an Error with what the command said
 */
export async function prisma(url: string, ...args: string[]): Promise<void> {
  try {
    await run(process.execPath, [cli, ...args], { env: { ...process.env, DATABASE_URL: url } })
  } catch (error) {
    const said =
      error instanceof Error ? `${Reflect.get(error, 'stdout')}${Reflect.get(error, 'stderr')}` : ''
    throw new Error(`prisma ${args.join(' ')} failed:\n${said.trim()}`)
  }
}
