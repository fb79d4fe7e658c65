import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Of what is in the folder of this file, and of the packages beside it. */
const root = join(import.meta.dirname, '..')

/** A text that changes with the code that this process runs, so that what other code has made is not taken for its own. */
export async function codeFingerprint(): Promise<string> {
  const entries = await readdir(import.meta.dirname, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(
    [...files, join(root, 'package-lock.json')]
      .sort()
      .map(async (file) => [relative(root, file), await readFile(file, 'utf8').catch(() => '')]),
  )
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 16)
}
