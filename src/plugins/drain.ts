import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import { ProblemError } from '../problems/problem.ts'

/**
 * Lets a service that closes end with its last answer. Connections that are idle by then are closed for us; one whose
 * request is still in flight would be kept alive after it, and the service with it. One that has asked for nothing yet,
 * as browsers open them in advance, does not count as idle. What still comes on the others is refused, as a problem.
 */
export default fp(
  async (app) => {
    const unused = new Set<Socket>()
    app.server.on('connection', (socket: Socket) => {
      unused.add(socket)
      socket.once('close', () => unused.delete(socket))
    })
    app.server.on('request', ({ socket }) => unused.delete(socket))
    let closing = false
    app.addHook('preClose', async () => {
      closing = true
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy()
    })
    app.addHook('onRequest', (_request, _reply, done) => {
      if (!closing) return done()
      done(new ProblemError('unavailable', 'This process is about to end. Try again in a moment.'))
    })
    app.addHook('onSend', (_request, reply, payload, done) => {
      if (closing) reply.header('connection', 'close')
      done(null, payload)
    })
  },
  { name: 'drain', fastify: '5.x' },
)
