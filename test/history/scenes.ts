import type pg from 'pg'
import type { Catalogue, Request } from './catalogue.ts'

/** Sends a request to one of the servers, and resolves when it has been answered. */
export type Send = (request: Request) => Promise<void>

/** As many as there are servers, and more, so that two of the reads meet in one server. */
const RENAMINGS = 4

/**
 * Reads of an author that have begun are answered only after others have renamed it, because nobody may read which
 * books it wrote: a cache could keep such an answer, or give it to others, although it is old.
 *
 * The renamings go on only because the clients, and these reads, are fewer than a server's connections to the database.
 */
export async function holdReads(lock: pg.Client, catalogue: Catalogue, send: Send): Promise<void> {
  await lock.query('BEGIN; LOCK TABLE "_AuthorToBook"')
  const reads: Promise<void>[] = []
  for (let renaming = 0; renaming < RENAMINGS; renaming++) {
    await send(catalogue.rename())
    reads.push(send(catalogue.readRenamed()))
    // By the time that this is answered the read above has got as far as it can.
    await send(catalogue.readAuthors())
  }
  await lock.query('COMMIT')
  await Promise.all(reads)
  await send(catalogue.readRenamed())
}

/**
 * A renaming has begun but cannot be carried out, because the row is locked, while others read the authors: what they
 * read, a cache may keep only until it has been carried out.
 */
export async function holdWrite(lock: pg.Client, catalogue: Catalogue, send: Send): Promise<void> {
  await lock.query('BEGIN')
  await lock.query('SELECT 1 FROM "Author" WHERE "id" = $1 FOR UPDATE', [catalogue.renamed()])
  let waits = true
  const renaming = send(catalogue.rename()).finally(() => {
    waits = false
  })
  const blocked = `SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))`
  while (waits && (await lock.query(blocked)).rowCount === 0);
  await send(catalogue.readAuthors())
  await lock.query('COMMIT')
  await renaming
  await send(catalogue.readAuthors())
}
