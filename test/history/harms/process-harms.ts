import { any } from '../random.ts'
import type { HarmKind } from './kind.ts'

/** Points of a write: what its process has sent by then, and on which of its ways. */
const POINTS = [
  ['toRedis', /hset/i],
  ['toDatabase', /INSERT|UPDATE|DELETE/],
  ['toDatabase', /COMMIT/],
  ['toRedis', /unlink/i],
  ['toRedis', /hdel/i],
] as const

/** What may happen to a process of the service. */
export const processHarms = {
  'a process is killed within a write': {
    place: 'a process',
    late: false,
    choose: (random, processes) => {
      const index = random(processes)
      const [way, text] = any(random, POINTS)
      return async ({ servers }) => {
        const server = servers[index]
        if (!server) throw new Error('there is no such process')
        await server[way].hold((sent) => text.test(sent))
        await server.kill()
        server[way].release()
        await server.startAgain()
      }
    },
  },
} as const satisfies Record<string, HarmKind>
