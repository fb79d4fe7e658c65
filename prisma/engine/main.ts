import { parseArgs } from 'node:util'
import { createEngine } from './engine.ts'
import { canConnect, createDatabase } from './probe.ts'
import { engineError, serve } from './protocol.ts'

/**
 * Prisma's schema engine as the CLI expects it, for machines where the native one cannot be downloaded: two commands
 * that run once, and otherwise JSON-RPC on stdin and stdout.
 */
const { values, positionals } = parseArgs({
  options: { datasource: { type: 'string' }, datamodels: { type: 'string' } },
  allowPositionals: true,
  strict: false,
})
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const { url = '' }: { url?: string } = JSON.parse(text(values.datasource) || '{}')
const [, command] = positionals

try {
  if (command === 'can-connect-to-database') await canConnect(url)
  else if (command === 'create-database') await createDatabase(url)
  else await serve(await createEngine(url, text(values.datamodels).split(',').filter(Boolean)))
} catch (error) {
  const { message, error_code } = engineError(error)
  const line = (fields: object) =>
    process.stderr.write(`${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`)
  // The CLI passes over the first line.
  line({ message })
  line({ message, error_code })
  process.exitCode = 1
}
