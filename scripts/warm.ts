import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { buildApp } from '../src/app.ts'
import { loadConfig, loadEnvFile } from '../src/config.ts'
import { warm } from '../src/warm.ts'

const USAGE = 'tsx scripts/warm.ts [--top N]: fills the cache with the lists and the N most rated books (100)'

/** A container's init step. Exits 0 when the cache is warm, and 1 with one line that says why not. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { top: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(USAGE)
  const top = Number(values.top ?? 100)
  if (!Number.isInteger(top) || top < 0 || top > 100_000)
    throw new Error('--top must be a whole number from 0 to 100000')
  loadEnvFile()
  const config = loadConfig()
  if (config.REDIS_URL === undefined)
    throw new Error('REDIS_URL is not set: there is no cache that would outlive this process')
  if (config.CACHE === 'off') throw new Error('CACHE is off: there is nothing to warm')

  const app = await buildApp({ ...config, LOG_LEVEL: 'silent' })
  try {
    if ((await app.store.state()) !== 'redis')
      throw new Error(`Redis cannot be reached at ${hostOf(config.REDIS_URL)}`)
    if ((await app.inject('/health/ready')).statusCode !== 200)
      throw new Error(`the database cannot be reached at ${hostOf(config.DATABASE_URL)}`)
    const bar = new SingleBar({ format: 'warming {bar} {value}/{total} pages', noTTYOutput: false })
    const onProgress = (done: number, total: number) =>
      done === 1 ? bar.start(total, done) : bar.update(done)
    const result = await warm(app, { top, onProgress }).finally(() => bar.stop())
    console.log(
      `stored ${result.stored} pages, ${result.already} were already warm, in ${result.milliseconds} ms` +
        (result.failed > 0 ? `; ${result.failed} could not be stored` : ''),
    )
  } finally {
    await app.close()
  }
}

/** Without the password. */
const hostOf = (url: string): string => new URL(url).host

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message.split('\n')[0] : error)
  process.exitCode = 1
}
