import type { FastifyError } from 'fastify'
import { StoreDownError } from '../cache/index.ts'
import { ofDatabase } from './of-database.ts'
import { ofValidation } from './of-validation.ts'
import { invalid, ProblemError } from './problem.ts'

/** Fastify's own errors that are the client's, by their code. */
const BY_CODE: Readonly<Record<string, () => ProblemError>> = {
  FST_ERR_BAD_URL: () => new ProblemError('bad-request', 'The path is not a valid URL.'),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ProblemError('too-large', 'The body is larger than this service takes.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => new ProblemError('malformed-body', 'The body must not be empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new ProblemError('bad-request', 'The body is not as long as Content-Length says.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => new ProblemError('malformed-body', 'The body must be valid JSON.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ProblemError('unsupported-media-type', 'The Content-Type must be application/json.'),
  FST_STATIC_FORBIDDEN_PATH: () => new ProblemError('not-found', 'There is nothing at this path.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new ProblemError('bad-request', 'A part of the path is too long.'),
  FST_BEARER_AUTH_MISSING_AUTHORIZATION_HEADER: () =>
    new ProblemError('unauthorized', 'Send the token in the header `Authorization: Bearer TOKEN`.'),
  FST_BEARER_AUTH_INVALID_AUTHORIZATION_HEADER: () =>
    new ProblemError('unauthorized', 'The token in the Authorization header is not the right one.'),
}

/**
 * The problem to answer with for whatever was thrown. Of an error that is not known here it tells nothing.
 *
 * @param connects the field of the body that names rows of another table
 */
export function ofError(error: unknown, connects?: string): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof StoreDownError)
    return new ProblemError(
      'unavailable',
      'Writes are refused while the cache cannot be reached. Try again in a moment.',
    )
  const known = error instanceof Error ? (ofFastify(error) ?? ofDatabase(error, connects)) : undefined
  return known ?? new ProblemError('internal', 'The error has been logged.')
}

function ofFastify(error: Partial<FastifyError> & Error): ProblemError | undefined {
  const { code, statusCode } = error
  const byCode = code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  if (byCode) return byCode()
  if (error instanceof SyntaxError && /forbidden prototype property/.test(error.message))
    return invalid({
      field: 'the body',
      message: 'must not have a property __proto__, nor a constructor with a prototype',
    })
  if (error instanceof SyntaxError && statusCode === 400)
    return new ProblemError('malformed-body', 'The body must be valid JSON.')
  // Of a file: a part that it does not have, or one that is not to have changed.
  if (statusCode === 412 || statusCode === 416)
    return new ProblemError('bad-request', 'This file is not as the headers of the request ask for it.')
  return isFastifyError(error) ? ofValidation(error) : undefined
}

const isFastifyError = (error: Error): error is FastifyError => 'code' in error && 'validation' in error
