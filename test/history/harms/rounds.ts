import { Driver } from '../driver.ts'
import { Harm, type Outcome } from '../harm.ts'
import { createRandom, type Random } from '../random.ts'
import { type HarmName, harmNames, planHarm } from './plan.ts'
import type { World } from './world.ts'

/** Milliseconds: a drop may be on a slow way, and has a deadline, which a busy machine tells late. */
const SETTLING = 1500

/** Rounds of requests, with random harm done meanwhile. */
export class HarmedRounds {
  /** How often each harm has been done. */
  readonly done: Map<HarmName, number>
  private readonly world: World
  private readonly driver: Driver
  private readonly random: Random
  private readonly harms: number

  /**
   * @param database the URL of the database that the processes share, past any harm
   * @param seed from which all harm follows
   * @param harms after which what was answered is looked at
   */
  constructor(world: World, database: string, seed: number, harms: number) {
    this.harms = harms
    this.done = new Map(harmNames.map((name) => [name, 0]))
    this.world = world
    this.driver = new Driver(
      world.servers.map(({ url }) => url),
      database,
    )
    this.random = createRandom(seed)
  }

  /** @param seed from which the requests follow */
  async run(seed: number): Promise<Outcome> {
    const { servers } = this.world
    const harm = new Harm(
      this.driver,
      servers.map(({ url }) => url),
      seed,
      SETTLING,
    )
    for (let count = 0; count < this.harms; count++) {
      const { names, late, inject } = planHarm(this.random, servers.length)
      const work = () => inject(this.world)
      const name = names.join(' and ')
      await (late ? harm.during(work, name) : harm.unseen(work, name))
      for (const name of names) this.done.set(name, (this.done.get(name) ?? 0) + 1)
    }
    return harm.end()
  }
}
