import type { Link } from '../../support/link.ts'
import type { Random } from '../random.ts'
import { type HarmKind, lasting, someOf, someWhile } from './kind.ts'

interface Way {
  readonly place: HarmKind['place']
  readonly late: boolean
  readonly of: 'toRedis' | 'toDatabase'
}

const TO_REDIS: Way = { place: 'ways to Redis', late: true, of: 'toRedis' }
const TO_DATABASE: Way = { place: 'ways to the database', late: false, of: 'toDatabase' }

const harm = (
  { of, ...kind }: Way,
  begin: (link: Link, milliseconds: number) => unknown,
  end: (link: Link) => unknown,
): HarmKind => ({
  ...kind,
  choose: (random: Random, processes) => {
    const harmed = someOf(random, processes)
    const milliseconds = someWhile(random)
    // Some of them longer than the deadline of a command, there and back.
    const delay = 25 + random(225)
    return (world) =>
      lasting(
        milliseconds,
        () => harmed(world).map((server) => begin(server[of], delay)),
        () => Promise.all(harmed(world).map((server) => end(server[of]))),
      )
  },
})

const held = (way: Way) =>
  harm(
    way,
    (link) => void link.hold(),
    (link) => link.release(),
  )
const closed = (way: Way) =>
  harm(
    way,
    (link) => link.close(),
    (link) => link.open(),
  )
const slow = (way: Way) =>
  harm(
    way,
    (link, delay) => link.slow(delay),
    (link) => link.slow(0),
  )

/** What may happen between the processes and what they need. */
export const wayHarms = {
  'Redis is cut off': closed(TO_REDIS),
  'packets to Redis are lost': held(TO_REDIS),
  'Redis is slow': slow(TO_REDIS),
  'the database is cut off': closed(TO_DATABASE),
  'packets to the database are lost': held(TO_DATABASE),
  'the database is slow': slow(TO_DATABASE),
} as const satisfies Record<string, HarmKind>
