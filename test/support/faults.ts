import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

const root = join(import.meta.dirname, '../..')

interface Change {
  /** In `src/cache`. */
  readonly file: string
  /** A text that the file holds once. */
  readonly from: string
  readonly to: string
}

/** Ways to break the cache, each of which a suite that proves it right must find. */
const FAULTS = {
  'the versions are taken after the database call': [
    {
      file: 'entries.ts',
      from: 'await this.keep(read, stamp, text)',
      to: 'await this.keep(read, (await this.pin(read, read.versions.map(() => null))) ?? stamp, text)',
    },
  ],
  'the drop comes before the commit': [
    {
      file: 'writes.ts',
      from: 'result = await this.transactions.watch(intent, ask)',
      to: 'await this.touch(write, touches().tags, intent, true)\n      return await this.transactions.watch(intent, ask)',
    },
  ],
  'a row-set tag is forgotten': [
    {
      file: 'touches.ts',
      from: 'else for (const known of rows) this.tags.add(rowSetTag(model, columns, known))',
      to: '',
    },
  ],
  'a call from before a write is joined after it': [
    {
      file: 'entries.ts',
      from: 'const running = this.flights.get(flight)',
      to: 'const running = [...this.flights].find(([name]) => name.startsWith(read.key))?.[1]',
    },
  ],
} as const satisfies Record<string, readonly Change[]>

export type Fault = keyof typeof FAULTS

const isFault = (name: string): name is Fault => Object.hasOwn(FAULTS, name)

export const faults: readonly Fault[] = Object.keys(FAULTS).filter(isFault)

/**
 * A copy of the project with a fault in its `src/cache`, gone when the test ends. Returns its folder.
 *
 * @throws an Error where the fault no longer fits the code
 */
export async function seedFault(t: Test, fault: Fault): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-fault-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const name of ['src', 'package.json', 'tsconfig.json'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  for (const { file, from, to } of FAULTS[fault] as readonly Change[]) {
    const path = join(folder, 'src/cache', file)
    const text = await readFile(path, 'utf8')
    if (text.split(from).length !== 2) throw new Error(`${fault}: ${file} does not hold once: ${from}`)
    await writeFile(
      path,
      text.replace(from, () => to),
    )
  }
  return folder
}
