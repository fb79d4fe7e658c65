import { Prisma } from '../generated/prisma/client.ts'

/**
 * Runs a script. The process exits with the status that it returns. What it throws is told in one line on standard
 * error, and the status is 1.
 */
export async function runMain(main: () => Promise<number>): Promise<void> {
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
 * @throws an Error that says so
 */
export function wholeNumber(option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value)
  throw new Error(`${option} must be a whole number from ${least} on, not ${JSON.stringify(value)}`)
}
