import { CommanderError } from 'commander'
import { createCacheCommand } from '../src/terminal/cache-command.ts'
import { runMain } from '../src/terminal/run-main.ts'

/** Looks at the cache, and drops what it holds: `npx tsx scripts/cache.ts --help`. */
async function main(): Promise<number> {
  try {
    await createCacheCommand().parseAsync()
    return 0
  } catch (error) {
    // It has said itself what it has to say.
    if (error instanceof CommanderError) return error.exitCode
    throw error
  }
}

await runMain(main)
