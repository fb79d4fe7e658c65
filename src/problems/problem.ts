/** Every kind of answer that is not a success. The code is the last part of the problem's `type`. */
export const PROBLEMS = {
  invalid: { status: 400, title: 'The request is not valid' },
  'malformed-body': { status: 400, title: 'The body is not valid JSON' },
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthorized: { status: 401, title: 'A valid bearer token is needed' },
  'not-found': { status: 404, title: 'There is no such thing' },
  timeout: { status: 408, title: 'The request took too long to arrive' },
  duplicate: { status: 409, title: 'There is already one like it' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not in a format that is read here' },
  'too-many-requests': { status: 429, title: 'There are too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong in the service' },
  unavailable: { status: 503, title: 'The service cannot answer right now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

export interface FieldError {
  /** Where in the request: `title`, `authorIds[2]`; empty for the whole of it. */
  readonly field: string
  readonly message: string
}

/** The body of such an answer, as in RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly FieldError[]
}

/** Thrown to answer with a problem. Its text and its field errors are what the client gets to read. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly code: ProblemCode
  readonly errors: readonly FieldError[]

  constructor(code: ProblemCode, detail: string, errors: readonly FieldError[] = []) {
    super(detail)
    this.code = code
    this.errors = errors
  }

  get problem(): Problem {
    const { code, message: detail, errors } = this
    return {
      type: `urn:hotshelf:problem:${code}`,
      ...PROBLEMS[code],
      detail,
      ...(errors.length > 0 && { errors }),
    }
  }
}

/** @param thing `book`, `author` or `review` */
export const notFound = (thing: string): ProblemError =>
  new ProblemError('not-found', `There is no such ${thing}.`)

/** One or more fields of the request are wrong. */
export const invalid = (...errors: readonly FieldError[]): ProblemError =>
  new ProblemError(
    'invalid',
    errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; '),
    errors,
  )
