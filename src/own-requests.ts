import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Where they come from: no client has such an address. */
const ITSELF = 'the service itself'

/** Asks the service for a page of its own, so that it is in the cache. Nobody's request: it is not counted as one. */
export const askItself = (app: FastifyInstance, url: string) => app.inject({ url, remoteAddress: ITSELF })

/** Whether a client asks. */
export const isFromClient = ({ raw }: FastifyRequest): boolean => raw.socket.remoteAddress !== ITSELF
