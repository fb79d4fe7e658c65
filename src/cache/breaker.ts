/** Thrown for a command that the store did not answer in time, or that was not sent as it did not answer others. */
export class StoreDownError extends Error {
  override name = 'StoreDownError'
}

/** Commands in a row without an answer after which the store counts as down. */
const FAILURES = 3

/** Milliseconds between two tries of a store that is down. */
const PAUSE = 250

/**
 * Bounds what a store that hangs or is out of reach can cost: a deadline for each command, and after some without an
 * answer none at all, until the store answers again. It is tried in the background, never at a caller's expense.
 */
export class Breaker {
  private readonly deadline: number
  private readonly probe: () => Promise<unknown>
  private readonly changed: (open: boolean) => void
  private failures = 0
  private pause: NodeJS.Timeout | undefined

  /**
   * @param deadline milliseconds that a command may take
   * @param probe a command that costs little
   * @param changed called when it opens and when it closes
   */
  constructor(deadline: number, probe: () => Promise<unknown>, changed: (open: boolean) => void) {
    this.deadline = deadline
    this.probe = probe
    this.changed = changed
  }

  /** Whether commands are refused. */
  get open(): boolean {
    return this.pause !== undefined
  }

  /** @throws StoreDownError, and what the command throws */
  run<T>(command: () => Promise<T>): Promise<T> {
    if (this.open) return Promise.reject(new StoreDownError('the store is down'))
    return this.within(command, (late) => {
      // Whatever fails at once costs nothing: only silence does.
      if (!late) this.failures = 0
      else if (++this.failures >= FAILURES && !this.open) {
        this.tryLater()
        this.changed(true)
      }
    })
  }

  /** Tries a store that is down, now. */
  async retry(): Promise<void> {
    if (!this.open) return
    clearTimeout(this.pause)
    try {
      await this.within(this.probe)
    } catch (error) {
      if (error instanceof StoreDownError) return this.tryLater()
    }
    this.failures = 0
    this.pause = undefined
    this.changed(false)
  }

  /** Tries the store no more. */
  close(): void {
    clearTimeout(this.pause)
  }

  private tryLater(): void {
    this.pause = setTimeout(() => this.retry(), PAUSE).unref()
  }

  /**
   * One promise for all of it: a read that misses is a dozen commands.
   *
   * @param ended told whether the deadline came first
   */
  private within<T>(command: () => Promise<T>, ended: (late: boolean) => void = () => {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = command()
      let isOver = false
      const end = (late: boolean) => {
        clearTimeout(timer)
        if (!isOver) ended(late)
        isOver = true
      }
      const giveUp = () => {
        end(true)
        reject(new StoreDownError(`the store did not answer within ${this.deadline} ms`))
      }
      // Where it was this process that was busy, the answer is there already, and is taken before an immediate.
      const timer = setTimeout(() => setImmediate(giveUp), this.deadline)
      answer.then(
        (value) => {
          end(false)
          resolve(value)
        },
        (error) => {
          end(false)
          reject(error)
        },
      )
    })
  }
}
