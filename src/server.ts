import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { ConfigError, loadConfig, loadEnvFile, requireToken } from './config.ts'
import { loggerOptions } from './logger.ts'

/** Milliseconds that requests in flight have to end after SIGTERM. */
const GRACE = 10_000

try {
  loadEnvFile()
  const config = loadConfig()
  requireToken(config)
  const app = await buildApp(config, { logger: loggerOptions(config) })
  closeWithGrace({ delay: GRACE, logger: app.log }, async ({ err }) => {
    if (err) app.log.error(err)
    await app.close()
  })
  await app.listen({ host: config.HOST, port: config.PORT })
} catch (error) {
  console.error(explain(error))
  process.exit(1)
}

/** One line for a mistake that an operator can mend; all there is for one that only we can. */
function explain(error: unknown): unknown {
  if (error instanceof ConfigError) return error.message
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (code === 'EADDRINUSE')
    return `PORT: port ${process.env.PORT || 3000} is in use; stop what listens there or choose another`
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST, PORT: cannot listen there (${code})`
  return error
}
