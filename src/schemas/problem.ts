import { type TSchema, Type } from '@sinclair/typebox'

/** RFC 9457. Routes refer to it by its `$id`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'What kind of problem: urn:hotshelf:problem:CODE' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Where in the request' }),
          message: Type.String({ description: 'Why it was refused' }),
        }),
      ),
    ),
  },
  { $id: 'Problem', description: 'Why there is no success, as in RFC 9457' },
)

const OWN = Type.Unsafe({ content: { 'application/problem+json': { schema: Type.Ref('Problem') } } })

/** The problems of a route that not all of its kind have, for its schema: OpenAPI tells the rest. */
export function problems<Status extends number>(...statuses: readonly Status[]): Record<Status, TSchema> {
  return Object.assign({}, ...statuses.map((status) => ({ [status]: OWN })))
}
