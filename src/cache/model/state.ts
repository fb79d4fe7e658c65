/** What there is, and what may go wrong. */
export interface Bounds {
  readonly readers: number
  /** Reads that each reader makes, one after the other. */
  readonly reads: number
  /** By writer, the tags that its one write touches: one for a row that is known, the other for a sweep, or both. */
  readonly writers: readonly (readonly number[])[]
  /** Versions or entries that the store loses, one by one. */
  readonly evictions: number
  /** Times that it loses everything. */
  readonly flushes: number
  /** Writers that die. Where there are any, writers note what they are about to drop. */
  readonly crashes: number
  /** Whether each reader keeps the last entry that it was answered from, and then looks up its versions alone. */
  readonly near: boolean
  /** Whether readers share a process, in which identical misses share a database call. */
  readonly oneProcess: boolean
}

/** Ways in which the protocol would be wrong. */
export const FAULTS = [
  'the versions are taken after the database call',
  'the drop comes before the commit',
  'a tag is forgotten',
  'a call from before a write is joined after it',
  'a missing version is taken for a match',
  'a version comes again',
  'the note comes after the commit',
  'the note goes before the drop',
  'a near entry is believed without its versions',
] as const

export type Fault = (typeof FAULTS)[number]

/** A version: 0 for none, otherwise any two that differ. */
type Version = number
export type Stamp = [Version, Version]

/** Where a reader is: the name of the step that it takes next. */
type At = 'start' | 'look up' | 'pin' | 'read back' | 'ask' | 'store' | 'joined'

export interface Reader {
  at: At
  left: number
  /** The last write that had returned when the read started. */
  since: number
  /** Of a lookup, which of entry and versions it has seen: bits 1, 2 and 4. */
  seen: number
  entry: Entry | undefined
  /** The entry that it keeps. */
  near: Entry | undefined
  stamp: Stamp
  /** Tags that were missing, and are to be pinned or read back: bits 1 and 2. */
  missing: number
  /** What the database answered; -1 for nothing yet. */
  value: number
}

export interface Writer {
  at: 'note' | 'commit' | 'drop' | 'done' | 'dead'
  tags: number[]
  /** The tags that its note in the store names. */
  noted: number[]
  value: number
}

export interface Entry {
  readonly value: number
  readonly stamp: Stamp
}

export interface State {
  row: number
  returned: number
  evictions: number
  flushes: number
  crashes: number
  entry: Entry | undefined
  versions: Stamp
  writers: Writer[]
  readers: Reader[]
}

export const initial = (
  { readers, reads, writers, evictions, flushes, crashes }: Bounds,
  fault: Fault | undefined,
): State => ({
  row: 0,
  returned: 0,
  evictions,
  flushes,
  crashes,
  entry: undefined,
  versions: [0, 0],
  writers: writers.map((tags) => ({
    at: crashes > 0 && fault !== 'the note comes after the commit' ? 'note' : 'commit',
    tags: [...tags],
    noted: [],
    value: 0,
  })),
  readers: Array.from({ length: readers }, () => idle(reads)),
})

export const idle = (left: number): Reader => ({
  at: 'start',
  left,
  since: 0,
  seen: 0,
  entry: undefined,
  near: undefined,
  stamp: [0, 0],
  missing: 0,
  value: -1,
})

/** A version that nobody has seen. */
export function fresh({ versions, entry, readers }: State): Version {
  const known = [
    versions,
    entry?.stamp,
    ...readers.flatMap(({ stamp, entry, near }) => [stamp, entry?.stamp, near?.stamp]),
  ]
  return Math.max(...known.flatMap((stamp) => stamp ?? [0])) + 1
}

export const copy = (state: State): State => ({
  ...state,
  versions: [...state.versions],
  writers: state.writers.map((writer) => ({ ...writer })),
  readers: state.readers.map((reader) => ({ ...reader, stamp: [...reader.stamp] })),
})

/** The same for states that differ but in who is who and in what their versions are called. */
export function encode({
  row,
  returned,
  evictions,
  flushes,
  crashes,
  entry,
  versions,
  writers,
  readers,
}: State): string {
  const names = new Map<Version, Version>([[0, 0]])
  const nameOf = (version: Version): Version => {
    const known = names.get(version)
    if (known !== undefined) return known
    names.set(version, names.size)
    return names.size - 1
  }
  const entryCode = (of: Entry | undefined) => (of ? [1 + of.value, ...of.stamp.map(nameOf)] : [0, 0, 0])
  const text = (numbers: readonly number[]) => String.fromCharCode(...numbers)
  const shared = text([
    row,
    returned,
    evictions,
    flushes,
    crashes,
    ...versions.map(nameOf),
    ...entryCode(entry),
  ])
  const bits = (tags: readonly number[]) => tags.reduce((sum, tag) => sum | (1 << tag), 0)
  const writing = writers.map(({ at, tags, noted, value }) =>
    text([WRITER.indexOf(at), value, bits(tags), bits(noted)]),
  )
  const reading = readers.map((reader) => {
    const { at, left, since, seen, missing, value, stamp } = reader
    return text([
      READER.indexOf(at),
      left,
      since,
      seen,
      missing,
      value + 1,
      ...stamp.map(nameOf),
      ...entryCode(reader.entry),
      ...entryCode(reader.near),
    ])
  })
  return [shared, ...writing.sort(), ...reading.sort()].join('')
}

const WRITER: readonly Writer['at'][] = ['note', 'commit', 'drop', 'done', 'dead']
const READER: readonly At[] = ['start', 'look up', 'pin', 'read back', 'ask', 'store', 'joined']
