import { AsyncLocalStorage } from 'node:async_hooks'

const current = new AsyncLocalStorage<Actor>()

/**
 * What another actor may see or change: the actor that comes to it stands before it until it is released. Outside of
 * an actor, it is done at once. The first step of an actor belongs to its start, and does not wait for another actor.
 */
export function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  const actor = current.getStore()
  return actor ? actor.step(name, run) : run()
}

/** Tells the actor something without a step, that it is to be told apart by. */
export function note(told: unknown): void {
  current.getStore()?.told.push(told)
}

/** One of several that act at the same time, as far as it is let. */
export class Actor {
  readonly name: string
  readonly told: unknown[] = []
  /** Steps that it may not yet take, in their order. */
  readonly halted: { readonly name: string; readonly release: () => void }[] = []
  /** What will end whatever anybody else does. */
  readonly underWay = new Set<Promise<unknown>>()
  /** Its end, if it has started. */
  done: Promise<void> | undefined
  ended = false
  error: { readonly error: unknown } | undefined
  /** Called when it has come to a step, or ended. */
  arrived = () => {}
  private readonly act: () => Promise<void>
  private passes = false
  private isFree = false
  private started = () => {}

  constructor(name: string, act: () => Promise<void>) {
    this.name = name
    this.act = act
  }

  get at(): string {
    if (this.ended) return 'ended'
    if (!this.done) return 'start'
    return this.halted[0]?.name ?? 'waiting'
  }

  /** Lets it pass all that is still to come, if it has started. */
  free(): void {
    this.isFree = true
    for (const { release } of this.halted.splice(0)) release()
  }

  /** Starts it, or lets it take the step before which it stands. */
  go(): void {
    if (this.done) return this.halted.shift()?.release()
    this.passes = true
    this.track(
      new Promise<void>((resolve) => {
        this.started = resolve
      }),
    )
    this.done = current.run(this, this.act).then(
      () => this.end(),
      (error) => {
        this.error = { error }
        this.end()
      },
    )
  }

  async step<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.passes) this.passes = false
    else if (!this.isFree) await this.halt(name)
    const running = run()
    this.track(running)
    this.started()
    const result = await running
    this.told.push(result)
    return result
  }

  private halt(name: string): Promise<void> {
    return new Promise<void>((release) => {
      this.halted.push({ name, release })
      this.arrived()
    })
  }

  private end(): void {
    this.ended = true
    this.told.length = 0
    this.started()
    this.arrived()
  }

  private track(promise: Promise<unknown>): void {
    this.underWay.add(promise)
    const over = () => this.underWay.delete(promise)
    promise.then(over, over)
  }
}
