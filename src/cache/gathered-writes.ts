import type { Cluster, Redis } from 'ioredis'
import { nodesOf } from './redis-nodes.ts'

/** How what is written to Redis is sent: see `gatherWrites`. */
export interface GatheredWrites {
  /** Holds back what is written from now on, until this turn of the event loop is over. */
  hold(): void
  /** Sends it now. */
  release(): void
}

/** Sends the commands of a turn of the event loop together: a system call for each costs more than most of them. */
export function gatherWrites(redis: Redis | Cluster): GatheredWrites {
  let held: Redis['stream'][] = []
  const release = () => {
    for (const stream of held) stream.uncork()
    held = []
  }
  const hold = () => {
    if (held.length > 0) return
    held = nodesOf(redis, 'all').flatMap(({ stream }) => stream ?? [])
    for (const stream of held) stream.cork()
    // After all that is waiting to be done without I/O.
    process.nextTick(release)
  }
  return { hold, release }
}
