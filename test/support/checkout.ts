import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { root } from './documents.ts'

const run = promisify(execFile)

/**
 * A folder with the files that a clone would have, as they are now, and the packages that are installed here. Gone when
 * the test ends.
 */
export async function createCheckout(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-checkout-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
  })
  const files = listed.stdout.split('\0').filter((file) => file !== '')
  const tops = new Set(files.map((file) => (dirname(file) === '.' ? file : (file.split('/', 1)[0] ?? ''))))
  const wanted = new Set(files.flatMap(ancestors))
  for (const top of tops)
    await cp(join(root, top), join(folder, top), {
      recursive: true,
      filter: (source) => wanted.has(source.slice(root.length + 1)),
    })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** A file and the folders that it is in. */
const ancestors = (file: string): string[] =>
  dirname(file) === '.' ? [file] : [file, ...ancestors(dirname(file))]
