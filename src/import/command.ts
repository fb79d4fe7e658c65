import { type FileHandle, open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Database } from '../database.ts'
import { createProgress } from '../terminal/progress.ts'
import { wholeNumber } from '../terminal/run-main.ts'
import { withDatabase } from '../terminal/with-database.ts'
import { readCsv } from './csv-rows.ts'
import { CatalogueError } from './goodbooks.ts'
import { importCatalogue, type Totals } from './import-catalogue.ts'

const HELP = `npm run import -- FILE.csv [--limit N]

Loads a catalogue in the format of goodbooks-10k into the database of DATABASE_URL, and drops what the cache in
REDIS_URL holds of what that changes. Books that are there already stay as they are: it may be run again.

  --limit N   look at the first N rows only
  --help      print this

Exit status: 0 when every row was loaded, or was there already; 2 when some were bad, each reported with the number of
its line, and skipped; 1, with a line that says why, when the file could not be loaded, or not to its end.`

/**
 * The command of that help.
 *
 * @param args those of the command line
 * @returns the exit status
 * @throws an Error that says in one line why nothing could be loaded
 */
export async function importCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { limit: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [path] = positionals
  if (path === undefined || positionals.length > 1)
    throw new Error('name one file: npm run import -- FILE.csv [--limit N]')
  const limit = wholeNumber('--limit', values.limit, 1)
  const file = await openFile(path)
  try {
    return await withDatabase(async (database) => {
      const { added, already, skipped } = await importFile(database, path, file, limit)
      console.log(`added ${added}, already there ${already}, skipped ${skipped}`)
      return skipped > 0 ? 2 : 0
    })
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `${path} cannot be opened: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}`,
    )
  })
  if (!(await file.stat()).isDirectory()) return file
  await file.close()
  throw new Error(`${path} is a folder: name a file`)
}

async function importFile(
  database: Database,
  path: string,
  file: FileHandle,
  limit: number | undefined,
): Promise<Totals> {
  const { size } = await file.stat()
  const bytes = file.createReadStream()
  const progress = createProgress()
  try {
    return await importCatalogue(database, readCsv(bytes), {
      limit,
      onNote: (line, note) => progress.note(`line ${line}: ${note}`),
      onProgress({ added, already, skipped }) {
        const rows = added + already + skipped
        const text = `${rows} rows read, ${added} books added`
        if (limit === undefined) progress.update(bytes.bytesRead, size, text)
        else progress.update(rows, limit, text)
      },
    })
  } catch (error) {
    if (error instanceof CatalogueError) throw new Error(`${path} cannot be loaded: ${error.message}`)
    throw error
  } finally {
    progress.stop()
  }
}
