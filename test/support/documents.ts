import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Block {
  /** Where it begins: `README.md:12`. */
  readonly at: string
  /** What stands behind the fence: `sh`, `ts`. */
  readonly language: string
  readonly text: string
}

export interface Document {
  /** Its path in the repository. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly Block[]
}

/** Reads a page: all of it, and the blocks of code that it shows. */
function readDocument(path: string): Document {
  const text = readFileSync(join(root, path), 'utf8')
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
    ({ index, 1: language = '', 2: code = '' }) => ({
      at: `${path}:${text.slice(0, index).split('\n').length}`,
      language,
      text: code,
    }),
  )
  return { path, text, blocks }
}

const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))

/** The README and the pages of `docs`. */
export const documents: readonly Document[] = ['README.md', ...pages.map((name) => `docs/${name}`)].map(
  readDocument,
)

/** The blocks of a page, or of all, in a language. */
export const blocksIn = (language: string, path?: string): Block[] =>
  documents
    .filter((document) => path === undefined || document.path === path)
    .flatMap(({ blocks }) => blocks.filter((block) => block.language === language))

/** The commands of a block of a shell: one a line, where none ends with a backslash; comments are none. */
export const commandsOf = ({ text }: Block): string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
