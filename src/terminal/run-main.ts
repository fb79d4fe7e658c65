import { Prisma } from '../generated/prisma/client.ts'

/**
 * Runs a script. The process exits with the status that it returns. What it throws is told in one line on standard
 * error, and the status is 1.
 */
export async function runMain(main: () => Promise<number>): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it has seen enough, and what is done is done all the same.
    if (error.code !== 'EPIPE') throw error
  })
  try {
    process.exitCode = await main()
  } catch (error) {
    console.error(inOneLine(error))
    process.exitCode = 1
  }
}

/** What went wrong and, where that is known, what to do. */
function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error.message
  if (error.code === 'P2021') return 'the database has no tables yet: run `npx prisma migrate deploy`'
  // Before the last line Prisma shows the code that made the query.
  return `the database failed: ${error.message.trim().split('\n').at(-1)}`
}

/**
 * A whole number, from an option such as `--limit 10`.
 *
 * @param least the smallest that makes sense
 * @param most the largest
 * @throws an Error that says so
 */
export function wholeNumber(
  option: string,
  value: string | undefined,
  least: number,
  most?: number,
): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= (most ?? number)) return number
  const range = `from ${least} ${most === undefined ? 'on' : `to ${most}`}`
  throw new Error(`${option} must be a whole number ${range}, not ${JSON.stringify(value)}`)
}

/** Seconds that an option may name: a timer takes no more than 24 days. */
export const MOST_SECONDS = 1_000_000
