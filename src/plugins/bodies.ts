import fp from 'fastify-plugin'
import { ProblemError } from '../problems/problem.ts'

/** Reads JSON as it is, and no other body. */
export default fp(
  async (app) => {
    app.removeContentTypeParser('text/plain')
    app.addHook('preParsing', async ({ headers }) => {
      const { 'content-encoding': encoding = 'identity' } = headers
      if (encoding !== 'identity')
        throw new ProblemError(
          'unsupported-media-type',
          'The body must not be compressed: leave Content-Encoding out.',
        )
    })
  },
  { name: 'bodies', fastify: '5.x', dependencies: ['errors'] },
)
