import { type TSchema, Type } from '@sinclair/typebox'
import { PROBLEMS } from '../problems/problem.ts'

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

const answers = new Map<number, TSchema>()
for (const { status, title } of Object.values(PROBLEMS)) {
  if (answers.has(status)) continue
  const content = { 'application/problem+json': { schema: Type.Ref('Problem') } }
  answers.set(status, Type.Unsafe({ description: title, content }))
}

/** The responses of a route that are not a success, for its schema. */
export function problems<Status extends number>(...statuses: readonly Status[]): Record<Status, TSchema> {
  return Object.assign({}, ...statuses.map((status) => ({ [status]: answers.get(status) })))
}
