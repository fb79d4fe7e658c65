import { Prisma } from '../generated/prisma/client.ts'
import { invalid, notFound, ProblemError } from './problem.ts'

/** Prisma's codes for a database that cannot be reached, does not let us in, or had to give up. */
const UNAVAILABLE = new Set([
  'P1000', // the credentials are refused
  'P1001', // not reachable
  'P1002', // timed out
  'P1003', // there is no such database
  'P1008', // timed out
  'P1010', // access denied
  'P1011', // TLS
  'P1017', // the connection was closed
  'P2024', // no connection became free
  'P2028', // a transaction could not start, or took too long
  'P2034', // a write conflict or a deadlock: to be tried again
  'P2037', // too many connections
])

/** What the driver adapter says where Prisma has but one code for everything, as it has for raw statements. */
const UNAVAILABLE_KINDS = new Set([
  'AuthenticationFailed',
  'ConnectionClosed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
  'TransactionWriteConflict',
])

/** PostgreSQL's classes: connection, resources, interrupted by the operator or a timeout. */
const UNAVAILABLE_STATES = /^(08|53|57)/

/** What node-postgres and the network throw, which the adapter hands on as they are. */
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after)/
const UNAVAILABLE_ERRNOS = /^(E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN)|ENOTFOUND)/

/**
 * The problem that an error of the database is to a client; undefined for an error that a client cannot help.
 *
 * @param connects the field of the body that names rows of another table
 */
export function ofDatabase(error: Error, connects?: string): ProblemError | undefined {
  if (isUnavailable(error))
    return new ProblemError('unavailable', 'The database cannot be reached right now. Try again in a moment.')
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  const { code, meta } = error
  const lost = code === 'P2003' || (code === 'P2025' && meta?.expectedRows !== undefined)
  if (lost && connects) return invalid({ field: connects, message: 'names one that does not exist' })
  if (lost) return notFound(parentOf(causeOf(error)) ?? 'record')
  if (code === 'P2025') return notFound(String(meta?.modelName ?? 'record').toLowerCase())
  if (code === 'P2002') return duplicate(error)
  return undefined
}

function duplicate(error: Prisma.PrismaClientKnownRequestError): ProblemError {
  const model = String(error.meta?.modelName ?? 'record').toLowerCase()
  const field = uniqueField(causeOf(error))
  return field === undefined
    ? new ProblemError('duplicate', `There is already such a ${model}.`)
    : new ProblemError('duplicate', `There is already a ${model} with this ${field}.`, [
        { field, message: 'is taken' },
      ])
}

/** `isbn`, from the constraint `Book_isbn_key`. */
const uniqueField = ({ constraint }: Cause): string | undefined =>
  /^[^_]+_([^_]+)_key$/.exec(String(constraint?.index))?.[1]

/** `book`, from the constraint `Review_bookId_fkey`. */
const parentOf = ({ constraint }: Cause): string | undefined =>
  /^[^_]+_([^_]+)Id_fkey$/.exec(String(constraint?.index))?.[1]

function isUnavailable(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code')
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    const { kind, originalCode } = causeOf(error)
    return (
      UNAVAILABLE.has(error.code) ||
      UNAVAILABLE_KINDS.has(String(kind)) ||
      UNAVAILABLE_STATES.test(String(originalCode))
    )
  }
  return UNAVAILABLE_MESSAGES.test(error.message) || UNAVAILABLE_ERRNOS.test(String(code))
}

interface Cause {
  readonly kind?: unknown
  readonly originalCode?: unknown
  readonly constraint?: { readonly index?: unknown } | undefined
}

/** What the driver adapter said. */
function causeOf({ meta }: Prisma.PrismaClientKnownRequestError): Cause {
  const cause: Cause = Object(Object(meta?.driverAdapterError).cause)
  return cause
}
