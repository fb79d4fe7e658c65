import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { HarmedServer, World } from './world.ts'

/** What a harm is done to: two at once are done to different ones. */
export type Place = 'Redis' | 'ways to Redis' | 'ways to the database' | 'a process'

/** Harm, from its beginning to its end. */
export type Injection = (world: World) => Promise<unknown>

export interface HarmKind {
  readonly place: Place
  /** Whether a process may not reach Redis meanwhile, so that others see late what it writes. */
  readonly late: boolean
  /** Makes every choice that is random, so that what is done follows from the seed alone. */
  readonly choose: (random: Random, processes: number) => Injection
}

/** Milliseconds that a harm lasts: some are over before a deadline, some long after the breaker has opened. */
const LONGEST = 2500

/** Something that goes on for a while. Requests go on all the time, so that nothing else says when it is enough. */
export async function lasting(milliseconds: number, begin: () => unknown, end: () => unknown): Promise<void> {
  await begin()
  await sleep(milliseconds)
  await end()
}

export const someWhile = (random: Random): number => 50 + random(LONGEST)

/** Some of the processes: one, or now and then all of them. */
export function someOf(random: Random, processes: number): (world: World) => readonly HarmedServer[] {
  const all = random(3) === 0
  const index = random(processes)
  return ({ servers }) => (all ? servers : servers.slice(index, index + 1))
}
