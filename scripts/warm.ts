import { parseArgs } from 'node:util'
import { buildApp } from '../src/app.ts'
import { loadConfig, loadEnvFile } from '../src/config.ts'
import { createProgress } from '../src/terminal/progress.ts'
import { runMain, wholeNumber } from '../src/terminal/run-main.ts'
import { checkDatabase } from '../src/terminal/with-database.ts'
import { warm } from '../src/warm.ts'

const USAGE = 'tsx scripts/warm.ts [--top N]: fills the cache with the lists and the N most rated books (100)'

/** A container's init step. Exits 0 when the cache is warm, and 1 with one line that says why not. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { top: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const top = wholeNumber('--top', values.top, 0) ?? 100
  loadEnvFile()
  const config = loadConfig()
  if (config.REDIS_URL === undefined)
    throw new Error('REDIS_URL is not set: there is no cache that would outlive this process')
  if (config.CACHE === 'off') throw new Error('CACHE is off: there is nothing to warm')

  const app = await buildApp({ ...config, LOG_LEVEL: 'silent' })
  try {
    if ((await app.store.state()) !== 'redis')
      throw new Error(`Redis cannot be reached at ${hostOf(config.REDIS_URL)}`)
    await checkDatabase(app.prisma)
    const progress = createProgress()
    const onProgress = (done: number, total: number) =>
      progress.update(done, total, `${done} pages of ${total}`)
    const result = await warm(app, { top, onProgress }).finally(() => progress.stop())
    if (result.failed > 0 && (await app.store.state()) !== 'redis')
      throw new Error(`Redis was lost: ${result.failed} pages could not be stored`)
    console.log(
      `stored ${result.stored} pages, ${result.already} were already warm, in ${result.milliseconds} ms` +
        (result.failed > 0 ? `; ${result.failed} could not be stored` : ''),
    )
    return 0
  } finally {
    await app.close()
  }
}

/** Without the password. */
const hostOf = (url: string): string => new URL(url).host

await runMain(main)
