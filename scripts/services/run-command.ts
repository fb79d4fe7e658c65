/** Something that was started and must be stopped. */
export interface Service {
  stop(): Promise<unknown>
}

/** Starts something that is stopped at the end of the command, however that comes. */
export type Start = <S extends Service>(begin: () => Promise<S>) => Promise<S>

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Milliseconds that stopping may take; what is left then ends because this process does. */
const PATIENCE = 30_000

/**
 * Runs a command to its end, its failure, or a signal, and then stops what it started, the last first. Never returns:
 * the process exits with the status that `main` gave, 1 after an error, which is told, or `interrupted` after a signal.
 */
export async function runCommand(
  main: (start: Start) => Promise<number>,
  interrupted: number,
): Promise<never> {
  const started: Promise<Service>[] = []
  let ending = false
  const start: Start = (begin) => {
    if (ending) return Promise.reject(new Error('the command is ending'))
    const service = begin()
    started.push(service)
    return service
  }
  // These stay: npm repeats a Ctrl-C, and that must not cut the stopping short.
  const signalled = new Promise<number>((resolve) => {
    for (const name of SIGNALS) process.on(name, () => resolve(interrupted))
  })
  let status = await Promise.race([main(start), signalled]).catch(failed)
  ending = true
  setTimeout(() => process.exit(1), PATIENCE).unref()
  for (const service of started.reverse()) {
    // What did not start has nothing to be stopped, and `main` has told of it.
    const running = await service.catch(() => undefined)
    await running?.stop().catch((error: unknown) => {
      status = failed(error)
    })
  }
  process.exit(status)
}

function failed(error: unknown): number {
  console.error(error instanceof Error ? error.message : error)
  return 1
}
