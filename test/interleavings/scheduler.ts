import { performance } from 'node:perf_hooks'
import { Actor } from './actor.ts'

/** An actor as it stands between two steps. */
export interface Standing {
  readonly name: string
  /** The step before which it stands, or `start`, `waiting` (for another actor) or `ended`. */
  readonly at: string
  /** What its steps have told it so far; nothing once it has ended. */
  readonly told: readonly unknown[]
}

/** What actors do at the same time, made anew for each schedule. */
export interface Play {
  readonly actors: Readonly<Record<string, () => Promise<void>>>
  /**
   * A text that is the same for two states only if whatever may follow is the same. Schedules that lead to one state
   * are then continued once, and counted all.
   */
  readonly state?: (actors: readonly Standing[]) => string | Promise<string>
  /** Whether actors hold what is not theirs alone, so that they must come to their ends in any case. */
  readonly holds?: boolean
  /** Called when all have ended. */
  readonly end?: () => Promise<void>
}

export interface Exploration {
  /** Orders of the actors' steps; 0 where one failed. */
  readonly schedules: bigint
  /** How many were carried out, at least in part, to know of all. */
  readonly runs: number
  readonly milliseconds: number
  /** The first schedule in which an actor or the end failed; no more were looked for after it. */
  readonly failure?: { readonly error: unknown; readonly steps: readonly string[] }
}

/** A play under way. */
class Run {
  readonly steps: string[] = []
  private readonly play: Play
  private readonly actors: readonly Actor[]

  constructor(play: Play) {
    this.play = play
    this.actors = Object.entries(play.actors).map(([name, act]) => new Actor(name, act))
  }

  /** The actors that can be released, by their place. */
  get choices(): number[] {
    return this.actors.flatMap(({ at }, index) => (at === 'ended' || at === 'waiting' ? [] : [index]))
  }

  /** Releases an actor, until it comes to its next step, waits for another actor, or ends. */
  async advance(choice: number): Promise<void> {
    const actor = this.actors[choice]
    if (!actor) throw new Error(`there is no actor ${choice}`)
    this.steps.push(`${actor.name}: ${actor.at}`)
    const alone = this.actors.every(({ at }) => at !== 'waiting')
    actor.go()
    await this.settle(alone ? actor : undefined)
    for (const { error } of this.actors) if (error) throw error.error
  }

  state(): string | undefined | Promise<string> {
    return this.play.state?.(this.actors.map(({ name, at, told }) => ({ name, at, told })))
  }

  async end(): Promise<void> {
    if (this.actors.some(({ ended }) => !ended)) throw new Error('actors wait for each other')
    await this.play.end?.()
  }

  /** Lets the actors that have started run to their ends, if that matters to anybody. */
  async abandon(): Promise<void> {
    if (!this.play.holds) return
    for (const actor of this.actors) actor.free()
    await Promise.all(this.actors.map(({ done }) => done))
  }

  /** @param alone the only actor that can move, if there is but one */
  private async settle(alone?: Actor): Promise<void> {
    await turn(alone)
    // Lookups are sent a turn after they were asked for.
    for (let quiet = 0; quiet < 2; ) {
      const underWay = this.actors.flatMap((actor) => [...actor.underWay])
      if (underWay.length > 0) {
        quiet = 0
        await Promise.allSettled(underWay)
      } else if (this.actors.every(({ at }) => at !== 'waiting')) return
      else quiet++
      await turn()
    }
  }
}

/** Ends when the actor has arrived, or at the latest when all has been done that needs no more than promises. */
const turn = (actor?: Actor) =>
  new Promise<void>((resolve) => {
    const immediate = setImmediate(resolve)
    if (!actor) return
    actor.arrived = () => {
      clearImmediate(immediate)
      resolve()
    }
  })

/**
 * Carries out a play in every order of its actors' steps, depth first, until one fails.
 *
 * @param begin makes the play, in the same state each time
 */
export async function explore(begin: () => Play | Promise<Play>): Promise<Exploration> {
  const start = performance.now()
  const known = new Map<string, bigint>()
  let runs = 0
  let run = new Run({ actors: {} })

  async function replay(path: readonly number[]): Promise<void> {
    await run.abandon()
    run = new Run(await begin())
    runs++
    for (const choice of path) await run.advance(choice)
  }
  /** The schedules that begin with the path, at whose end the run stands. */
  async function schedulesAfter(path: readonly number[]): Promise<bigint> {
    const { choices } = run
    if (choices.length === 0) {
      await run.end()
      return 1n
    }
    const state = await run.state()
    const before = state === undefined ? undefined : known.get(state)
    if (before !== undefined) return before
    let schedules = 0n
    for (const choice of choices) {
      if (choice !== choices[0]) await replay(path)
      await run.advance(choice)
      schedules += await schedulesAfter([...path, choice])
    }
    if (state !== undefined) known.set(state, schedules)
    return schedules
  }
  try {
    await replay([])
    const schedules = await schedulesAfter([])
    return { schedules, runs, milliseconds: performance.now() - start }
  } catch (error) {
    const failure = { error, steps: run.steps }
    return { schedules: 0n, runs, milliseconds: performance.now() - start, failure }
  } finally {
    await run.abandon()
  }
}
