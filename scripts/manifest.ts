import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `npm pack` packs what other projects install: the cache alone, without the service's dependencies and scripts. Its
 * `prepack` calls this with `trim`, its `postpack` with `restore`; `git checkout package.json` mends what was interrupted
 * in between.
 */
const MANIFEST = 'package.json'
const WHOLE = 'dist/whole-package.json'
const BUILT = 'dist/cache'

/** What the manifest of the package has of the repository's. */
const KEPT = [
  ...['name', 'version', 'description', 'license', 'private', 'type', 'engines'],
  ...['files', 'exports', 'bin', 'peerDependencies', 'peerDependenciesMeta'],
]

function trim(): void {
  const text = readFileSync(MANIFEST, 'utf8')
  const whole: Record<string, Record<string, string>> = JSON.parse(text)
  const kept = Object.entries(whole).filter(([name]) => KEPT.includes(name))
  const dependencies = Object.fromEntries(
    importedPackages()
      .filter((name) => !(name in (whole.peerDependencies ?? {})))
      .map((name) => [name, whole.dependencies?.[name]]),
  )
  writeFileSync(WHOLE, text)
  writeFileSync(`${WHOLE}.new`, JSON.stringify({ ...Object.fromEntries(kept), dependencies }, null, 2))
  renameSync(`${WHOLE}.new`, MANIFEST)
}

const restore = () => renameSync(WHOLE, MANIFEST)

/** The packages that the built files import, of which nobody has to keep a list. */
function importedPackages(): string[] {
  const sources = readdirSync(BUILT)
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(BUILT, file), 'utf8'))
  const named = sources.flatMap((source) => [...source.matchAll(/from '((?!\.|node:)(?:@[^/']+\/)?[^/']+)/g)])
  return [...new Set(named.map(([, name = '']) => name))].sort()
}

if (process.argv[2] === 'restore') restore()
else trim()
