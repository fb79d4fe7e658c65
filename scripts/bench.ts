import { markdownOf } from '../bench/markdown.ts'
import { readOptions, USAGE } from '../bench/options.ts'
import { profile } from '../bench/profile.ts'
import { runBenchmark } from '../bench/run.ts'
import { createScene } from '../bench/scene.ts'
import { runCommand, type Start } from './services/run-command.ts'

/** Exits 0 when all was measured. */
async function bench(start: Start): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (!options) {
    console.log(USAGE)
    return 0
  }
  if (options.profile) {
    console.log(`\n${await profile(await createScene(start, options))}`)
    return 0
  }
  const results = await runBenchmark(start, options)
  console.log(`\n${markdownOf(results)}`)
  return 0
}

await runCommand(bench, 130)
