import { PROBLEMS, type ProblemCode, ProblemError } from '../problems/problem.ts'
import {
  CHALLENGE,
  EVERYWHERE,
  type HeaderObject,
  OF_MISSING_PAGES,
  OF_WRITES,
  RETRY_AFTER,
} from './headers.ts'

/** What a client would read, by the problem's code. */
const DETAILS: Readonly<Record<ProblemCode, ConstructorParameters<typeof ProblemError>>> = {
  invalid: ['invalid', 'limit must be <= 100', [{ field: 'limit', message: 'must be <= 100' }]],
  'malformed-body': ['malformed-body', 'The body must be valid JSON.'],
  'bad-request': ['bad-request', 'The path is not a valid URL.'],
  unauthorized: ['unauthorized', 'Send the token in the header `Authorization: Bearer TOKEN`.'],
  'not-found': ['not-found', 'There is no such book.'],
  timeout: ['timeout', 'The request did not arrive in time.'],
  duplicate: [
    'duplicate',
    'There is already a book with this isbn.',
    [{ field: 'isbn', message: 'is taken' }],
  ],
  'too-large': ['too-large', 'The body is larger than this service takes.'],
  'unsupported-media-type': ['unsupported-media-type', 'The Content-Type must be application/json.'],
  'too-many-requests': ['too-many-requests', 'At most 6000 writes a minute. Try again in 1 minute.'],
  'headers-too-large': ['headers-too-large', 'The path and the headers must not be larger than 16 KiB.'],
  internal: ['internal', 'The error has been logged.'],
  unavailable: ['unavailable', 'The database cannot be reached right now. Try again in a moment.'],
}

const OWN_HEADERS: Readonly<Record<number, Readonly<Record<string, HeaderObject>>>> = {
  401: { 'WWW-Authenticate': CHALLENGE },
  429: { 'Retry-After': RETRY_AFTER },
  503: { 'Retry-After': RETRY_AFTER },
}

const codes = Object.keys(PROBLEMS).filter((code): code is ProblemCode => Object.hasOwn(PROBLEMS, code))

/** The name of the response with a status of 400 or above, among the components. */
export const nameOfProblems = (status: number | string): string => `Problem${status}`

/** All answers that are not a success, as components of the document. */
export const problemResponses = Object.fromEntries(
  [...new Set(codes.map((code) => PROBLEMS[code].status))].map((status) => {
    const own = codes.filter((code) => PROBLEMS[code].status === status)
    const examples = own.map((code) => [code, { value: new ProblemError(...DETAILS[code]).problem }])
    const schema = { $ref: '#/components/schemas/Problem' }
    return [
      nameOfProblems(status),
      {
        description: own.map((code) => PROBLEMS[code].title).join(', or: '),
        headers: { ...EVERYWHERE, ...OF_MISSING_PAGES, ...OF_WRITES, ...OWN_HEADERS[status] },
        content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
      },
    ]
  }),
)
