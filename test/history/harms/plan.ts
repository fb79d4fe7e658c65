import { any, type Random } from '../random.ts'
import type { HarmKind, Injection } from './kind.ts'
import { processHarms } from './process-harms.ts'
import { redisHarms } from './redis-harms.ts'
import { wayHarms } from './way-harms.ts'

const KINDS = { ...redisHarms, ...wayHarms, ...processHarms }

export type HarmName = keyof typeof KINDS

const isName = (name: string): name is HarmName => Object.hasOwn(KINDS, name)

export const harmNames: readonly HarmName[] = Object.keys(KINDS).filter(isName)

/** One harm, or two at once. */
export interface PlannedHarm {
  readonly names: readonly HarmName[]
  readonly late: boolean
  readonly inject: Injection
}

/** In one of so many, two harms are done at once. */
const PAIRS = 3

/** The next harm, which follows from the random numbers alone. */
export function planHarm(random: Random, processes: number): PlannedHarm {
  const first = any(random, harmNames)
  const others = harmNames.filter((name) => goTogether(KINDS[first], KINDS[name]))
  const names = random(PAIRS) === 0 ? [first, any(random, others)] : [first]
  const injections = names.map((name) => KINDS[name].choose(random, processes))
  return {
    names,
    late: names.some((name) => KINDS[name].late),
    inject: (world) => Promise.all(injections.map((inject) => inject(world))),
  }
}

/**
 * Not while a process cannot reach Redis is one killed, which may owe a drop then that nobody knows of: a limit that
 * docs/guarantees.md states. Nor is one while a way of its own, on which it waits to be killed, is harmed otherwise.
 */
function goTogether(one: HarmKind, other: HarmKind): boolean {
  if (one.place === other.place) return false
  const killed = [one, other].some(({ place }) => place === 'a process')
  return !killed || ![one, other].some(({ late, place }) => late || place === 'ways to the database')
}
