import { Type } from '@sinclair/typebox'

export const INT32 = 2_147_483_647

/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export const STORABLE = '^[^\\u0000\\ud800-\\udfff]*$'
/** The same, and not only of spaces. */
const READABLE = '^[^\\u0000\\ud800-\\udfff]*[^\\s\\u0000\\ud800-\\udfff][^\\u0000\\ud800-\\udfff]*$'

export const Id = Type.Integer({ minimum: 1, maximum: INT32 })

/** Text that somebody will read, of 1 to `maxLength` characters. */
export const Text = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: READABLE,
    description: 'text of more than spaces, without NUL characters',
  })

export const Nullable = {
  text: (maxLength: number) =>
    Type.Unsafe<string | null>({
      type: ['string', 'null'],
      maxLength,
      pattern: STORABLE,
      description: 'text without NUL characters',
    }),
  /** @param description completes "must be …" */
  pattern: (pattern: string, maxLength: number, description: string) =>
    Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength, pattern, description }),
  integer: (minimum: number, maximum: number) =>
    Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum, maximum }),
}

/** A date as Prisma has it, an ISO 8601 text as the client reads it. */
export const Time = Type.Unsafe<Date>({ type: 'string', format: 'date-time' })

export const IdParams = Type.Object(
  { id: { ...Id, description: 'Its number', examples: [7] } },
  { additionalProperties: false },
)

/** For routes that take no query parameters: one that is given is a mistake. */
export const NoQuery = Type.Object({}, { additionalProperties: false })

/** A 204. */
export const NoContent = Type.Null({ description: 'Done' })
