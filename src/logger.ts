import pretty from 'pino-pretty'
import type { Config } from './config.ts'

/**
 * How the service logs: one line of JSON for each message, or what is easier to read where the output is a terminal.
 *
 * @param output where to; standard output unless in tests
 */
export function loggerOptions(
  { LOG_LEVEL: level }: Pick<Config, 'LOG_LEVEL'>,
  output: NodeJS.WritableStream & { readonly isTTY?: boolean } = process.stdout,
) {
  if (!output.isTTY) return { level }
  const options = { singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' }
  return { level, stream: pretty({ ...options, destination: output }) }
}
