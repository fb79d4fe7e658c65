import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { serve } from './channel.ts'
import { partsFor } from './clients.ts'
import { statementsSent } from './statements.ts'
import { VARIANTS } from './variants.ts'

/** A server of one of the variants: `server.ts NAME`, with the variables of its environment. */
const variant = VARIANTS.find(({ name }) => name === process.argv[2])

const jobs = {
  /** Begins to listen, at any free port. */
  async listen(_: null): Promise<string> {
    if (!variant) throw new Error(`there is no variant ${process.argv[2]}`)
    const app = await buildApp(loadConfig(), {}, partsFor(variant.client))
    return app.listen({ host: '127.0.0.1', port: 0 })
  },
  /** What this process has used since it began: statements, and microseconds of processor time. */
  async used(_: null): Promise<{ statements: number; cpu: number }> {
    const { user, system } = process.cpuUsage()
    return { statements: statementsSent(), cpu: user + system }
  },
}

export type ServerJobs = typeof jobs

serve(jobs)
