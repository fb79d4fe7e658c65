import { PrismaClientKnownRequestError, PrismaClientValidationError } from '@prisma/client/runtime/client'
import type { TransactionKind } from './prisma-internals.ts'

/** Errors of a single statement, or of the transaction that Prisma makes of several: all of it was rolled back. */
const ROLLED_BACK = new Set([
  'P2000', // a value is too long
  'P2002', // a unique constraint
  'P2003', // a foreign key constraint
  'P2004', // another constraint
  'P2011', // a null constraint
  'P2014', // a required relation
  'P2017', // records that are not connected
  'P2018', // required connected records not found
  'P2020', // a value out of range
  'P2025', // a required record not found
  'P2034', // a write conflict or a deadlock
])

/**
 * Whether a failed write's error proves that nothing was written. Where it does not, the write may have committed.
 * Operations on many rows may be several statements, of which only the last one failed; and in an interactive
 * transaction a caller may go on after an error of Prisma's own, and commit what came before it.
 */
export const provesNothingWritten = (
  { operation, transaction }: { readonly operation: string; readonly transaction: TransactionKind },
  error: unknown,
): boolean =>
  error instanceof PrismaClientValidationError ||
  (error instanceof PrismaClientKnownRequestError &&
    ROLLED_BACK.has(error.code) &&
    transaction?.kind !== 'itx' &&
    !operation.includes('Many'))
