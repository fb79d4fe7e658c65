import { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** Whether a client asks. What the service asks of itself, to fill the cache, does not come through a socket. */
export const isFromClient = ({ raw }: FastifyRequest): boolean => raw.socket instanceof Socket
