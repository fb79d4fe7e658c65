import { Driver } from '../driver.ts'
import { Harm, type Outcome } from '../harm.ts'
import { createRandom, type Random } from '../random.ts'
import { type HarmName, harmNames, planHarm } from './plan.ts'
import type { World } from './world.ts'

/** Harms after which what was answered is looked at. */
const ROUND = 6

/** Rounds of requests, with random harm done meanwhile. */
export class HarmedRounds {
  /** How often each harm has been done. */
  readonly done: Map<HarmName, number>
  private readonly world: World
  private readonly driver: Driver
  private readonly random: Random

  /**
   * @param database the URL of the database that the processes share, past any harm
   * @param seed from which all harm follows
   */
  constructor(world: World, database: string, seed: number) {
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
    )
    for (let count = 0; count < ROUND; count++) {
      const { names, late, inject } = planHarm(this.random, servers.length)
      const work = () => inject(this.world)
      const name = names.join(' and ')
      await (late ? harm.during(work, name) : harm.unseen(work, name))
      for (const name of names) this.done.set(name, (this.done.get(name) ?? 0) + 1)
    }
    return harm.end()
  }
}
