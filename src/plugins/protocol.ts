import fp from 'fastify-plugin'
import { ProblemError } from '../problems/problem.ts'

/** Requests that Node itself would refuse without a word. */
export default fp(
  async (app) => {
    // An expectation that nobody knows need not be met.
    app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
    app.addHook('onRequest', ({ raw, headers }, _reply, done) => {
      if (headers.host !== undefined || raw.httpVersion !== '1.1') return done()
      done(new ProblemError('bad-request', 'The request has no header Host.'))
    })
  },
  { name: 'protocol', fastify: '5.x', dependencies: ['errors'] },
)
