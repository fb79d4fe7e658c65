import { importCommand } from '../src/import/command.ts'
import { runMain } from '../src/terminal/run-main.ts'

await runMain(() => importCommand(process.argv.slice(2)))
