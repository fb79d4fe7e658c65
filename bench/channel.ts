import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Service } from '../scripts/services/run-command.ts'

/** What a process can be asked for, by name. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, so nothing narrower takes any function
export type Jobs = Record<string, (input: any) => Promise<unknown>>

interface Question {
  readonly id: number
  readonly name: string
  readonly input: unknown
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly failed?: string
}

/** A process of its own, that does the jobs `J` when asked, and ends with this one. */
export interface Child<J extends Jobs> extends Service {
  ask<N extends keyof J & string>(name: N, input: Parameters<J[N]>[0]): Promise<Awaited<ReturnType<J[N]>>>
}

/**
 * Starts a module of this folder as a process of its own.
 *
 * @param env all its variables, beside the PATH
 */
export function startChild<J extends Jobs>(
  module: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Child<J> {
  const { PATH = '', HOME = '' } = process.env
  const child = fork(new URL(module, import.meta.url), args, {
    env: { PATH, HOME, ...env },
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // A Ctrl-C is for us, who stop it.
    detached: true,
  })
  const waiting = waitingOn(child)
  let asked = 0
  return {
    ask: (name, input) =>
      new Promise((resolve, reject) => {
        const id = asked++
        const question: Question = { id, name, input }
        waiting.set(id, { resolve, reject })
        child.send(question)
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

interface Waiting {
  // biome-ignore lint/suspicious/noExplicitAny: as a promise's own
  resolve(result: any): void
  reject(error: Error): void
}

function waitingOn(child: ChildProcess): Map<number, Waiting> {
  const waiting = new Map<number, Waiting>()
  child.on('message', ({ id, result, failed }: Answer) => {
    if (failed === undefined) waiting.get(id)?.resolve(result)
    else waiting.get(id)?.reject(new Error(failed))
    waiting.delete(id)
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('a process of the benchmark ended'))
  })
  return waiting
}

/** Does jobs for the process that started this one, until that lets go of it. */
export function serve(jobs: Jobs): void {
  process.on('message', async ({ id, name, input }: Question) => {
    const answer: Answer = await doJob(jobs, name, input).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, failed: error instanceof Error ? error.message : String(error) }),
    )
    if (process.connected) process.send?.(answer)
  })
  process.once('disconnect', () => process.exit())
}

async function doJob(jobs: Jobs, name: string, input: unknown): Promise<unknown> {
  const job = jobs[name]
  if (!job) throw new Error(`there is no job ${name}`)
  return job(input)
}
