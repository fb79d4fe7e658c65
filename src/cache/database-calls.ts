import { performance } from 'node:perf_hooks'
import { type CallEvent, callChannel } from './events.ts'
import { traced } from './traces.ts'

/** Makes a call to the database, and tells how long it took. */
export const callDatabase = (
  named: Pick<CallEvent, 'namespace' | 'model' | 'operation'>,
  call: () => Promise<unknown>,
): Promise<unknown> =>
  traced({ kind: 'call', ...named }, () => {
    if (!callChannel.hasSubscribers) return call()
    const start = performance.now()
    const answer = call()
    const tell = (failed: boolean) => {
      const event: CallEvent = { ...named, failed, milliseconds: performance.now() - start }
      callChannel.publish(event)
    }
    // Not awaited: what Prisma makes of several calls depends on the turns of the event loop that they take.
    answer.then(
      () => tell(false),
      () => tell(true),
    )
    return answer
  })
