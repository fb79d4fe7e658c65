import fp from 'fastify-plugin'

/**
 * Lets a service that closes end with its last answer. Connections that are idle by then are closed for us; one whose
 * request is still in flight would be kept alive after it, and the service with it.
 */
export default fp(
  async (app) => {
    let closing = false
    app.addHook('preClose', async () => {
      closing = true
    })
    app.addHook('onSend', (_request, reply, payload, done) => {
      if (closing) reply.header('connection', 'close')
      done(null, payload)
    })
  },
  { name: 'drain', fastify: '5.x' },
)
