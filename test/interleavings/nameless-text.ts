import type { Standing } from './scheduler.ts'

/**
 * A text of a state that is the same for another in which versions, readers or writers have but changed their places:
 * what is left to come differs by nothing else. An actor's memory is what it has been told, and its process's what its
 * actors have and where they stand, for that says which database calls are under way and who waits for one.
 *
 * @param world what is in the database, what is in the store, and what has been promised
 */
export function namelessText(actors: readonly Standing[], world: unknown): string {
  const texts = orders(actors.filter(({ name }) => name.startsWith('reader'))).map((readers) => {
    const writers = actors.filter(({ name }) => name.startsWith('writer'))
    const parts = [readers.map(stand), writers.map(stand).sort(), world]
    const names = new Map<string, string>()
    return JSON.stringify(parts).replace(/[\w-]{16}/g, (version) => {
      const name = names.get(version) ?? `v${names.size}`
      names.set(version, name)
      return name
    })
  })
  return texts.sort()[0] ?? ''
}
const stand = ({ at, told }: Standing) => JSON.stringify([at, told])
const orders = <T>(items: readonly T[]): T[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
