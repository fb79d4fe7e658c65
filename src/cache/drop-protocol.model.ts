/**
 * A model of how entries are read and dropped, searched for a read that is older than a write that had returned when
 * it started. Every command to the store is a step of its own, on each key, as on a cluster; between any two steps
 * anybody else may take theirs, and the store may lose what it holds.
 *
 * There is one row, whose state is the number of the last write to it; one entry, which depends on the tags 0 and 1;
 * and what the two tags' versions are. Entries.answer, Writes.dropAfter and Intents are the code that it speaks of.
 *
 * A writer that dies is one that has returned as soon as there is no note of it: from then on no read may be older.
 */
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
] as const

export type Fault = (typeof FAULTS)[number]

/** A version: 0 for none, otherwise any two that differ. */
type Version = number
type Stamp = [Version, Version]

/** Where a reader is: the name of the step that it takes next. */
type At = 'start' | 'look up' | 'pin' | 'read back' | 'ask' | 'store' | 'joined'

interface Reader {
  at: At
  left: number
  /** The last write that had returned when the read started. */
  since: number
  /** Of a lookup, which of entry and versions it has seen: bits 1, 2 and 4. */
  seen: number
  entry: Entry | undefined
  stamp: Stamp
  /** Tags that were missing, and are to be pinned or read back: bits 1 and 2. */
  missing: number
  /** What the database answered; -1 for nothing yet. */
  value: number
}

interface Writer {
  at: 'note' | 'commit' | 'drop' | 'done' | 'dead'
  tags: number[]
  /** The tags that its note in the store names. */
  noted: number[]
  value: number
}

interface Entry {
  readonly value: number
  readonly stamp: Stamp
}

interface State {
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

/** How many states there are, and the steps to one that breaks the promise. */
export interface Found {
  readonly states: number
  readonly violation: readonly string[] | undefined
}

/** Visits every state that can be reached. */
export function search(bounds: Bounds, fault?: Fault): Found {
  const first = initial(bounds, fault)
  const seen = new Set([encode(first)])
  const open: { state: State; path: Path | undefined }[] = [{ state: first, path: undefined }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { state, path } = next
    for (const { name, after, stale } of steps(state, bounds, fault)) {
      const here = { name, before: path }
      if (stale) return { states: seen.size, violation: namesOf(here) }
      const code = encode(after)
      if (seen.has(code)) continue
      seen.add(code)
      open.push({ state: after, path: here })
    }
  }
  return { states: seen.size, violation: undefined }
}

interface Path {
  readonly name: string
  readonly before: Path | undefined
}

const namesOf = (path: Path | undefined): string[] => (path ? [...namesOf(path.before), path.name] : [])

const initial = (
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

const idle = (left: number): Reader => ({
  at: 'start',
  left,
  since: 0,
  seen: 0,
  entry: undefined,
  stamp: [0, 0],
  missing: 0,
  value: -1,
})

interface Step {
  readonly name: string
  readonly after: State
  /** Whether a read ends in it that answers with less than had returned when it started. */
  readonly stale: boolean
}

/** Every step that somebody may take next. */
function* steps(state: State, { oneProcess, crashes }: Bounds, fault: Fault | undefined): Generator<Step> {
  const step = (name: string, take: (after: State) => boolean | undefined): Step => {
    const after = copy(state)
    const stale = take(after) === true
    return { name, after, stale }
  }
  for (const [index, writer] of state.writers.entries())
    yield* writerSteps(state, writer, index, step, crashes > 0, fault)
  for (const [index, reader] of state.readers.entries())
    yield* readerSteps(reader, index, step, oneProcess, fault)
  if (state.evictions > 0) {
    for (const tag of [0, 1])
      if (state.versions[tag])
        yield step(`version ${tag} is evicted`, (after) => {
          after.versions[tag] = 0
          after.evictions--
        })
    if (state.entry)
      yield step('the entry is evicted', (after) => {
        after.entry = undefined
        after.evictions--
      })
  }
  if (state.flushes > 0 && (state.entry || state.versions.some(Boolean)))
    yield step('all is flushed', (after) => {
      after.entry = undefined
      after.versions = [0, 0]
      after.flushes--
    })
}

type Take = (name: string, take: (after: State) => boolean | undefined) => Step

function* writerSteps(
  state: State,
  writer: Writer,
  index: number,
  step: Take,
  mortal: boolean,
  fault: Fault | undefined,
): Generator<Step> {
  const early = fault === 'the drop comes before the commit'
  const lateNote = fault === 'the note comes after the commit'
  const hasty = fault === 'the note goes before the drop'
  const act = (name: string, take: (after: State, own: Writer) => undefined) =>
    step(`writer ${index} ${name}`, (after) => take(after, after.writers[index] ?? writer))
  if (writer.at === 'note')
    yield act('notes what it will drop', (_, own) => {
      own.noted = [...own.tags]
      own.at = lateNote ? 'drop' : 'commit'
    })
  if (writer.at === 'commit' && !(early && writer.tags.length > 0))
    yield act('commits', (after, own) => {
      own.value = ++after.row
      own.at = mortal && lateNote ? 'note' : 'drop'
    })
  if (writer.at === 'drop' || (early && writer.at === 'commit'))
    for (const tag of writer.tags)
      yield act(`drops tag ${tag}`, (after, own) => {
        own.tags = own.tags.filter((other) => other !== tag)
        if (fault !== 'a tag is forgotten') after.versions[tag] = 0
      })
  if (writer.at === 'drop' && writer.noted.length > 0 && (writer.tags.length === 0 || hasty))
    yield act('takes its note away', (_, own) => {
      own.noted = []
    })
  if (writer.at === 'drop' && writer.tags.length === 0 && writer.noted.length === 0)
    yield act('returns', (after, own) => end(after, own, 'done'))
  if (state.crashes > 0 && writer.at !== 'done' && writer.at !== 'dead')
    yield act('dies', (after, own) => {
      after.crashes--
      own.tags = []
      own.at = 'dead'
      if (own.noted.length === 0) end(after, own, 'dead')
    })
  if (writer.at === 'dead')
    for (const tag of writer.noted)
      yield act(`is swept of tag ${tag}`, (after, own) => {
        after.versions[tag] = 0
        own.noted = own.noted.filter((other) => other !== tag)
        if (own.noted.length === 0) end(after, own, 'dead')
      })
}

/** From here on no read may be older than what was written. */
function end(after: State, own: Writer, at: 'done' | 'dead'): undefined {
  after.returned = Math.max(after.returned, own.value)
  own.at = at
  own.value = 0
}

function* readerSteps(
  reader: Reader,
  index: number,
  step: Take,
  oneProcess: boolean,
  fault: Fault | undefined,
): Generator<Step> {
  const act = (name: string, take: (after: State, own: Reader) => boolean | undefined) =>
    step(`reader ${index} ${name}`, (after) => take(after, after.readers[index] ?? reader))
  const late = fault === 'the versions are taken after the database call'
  switch (reader.at) {
    case 'start':
      if (reader.left > 0)
        yield act('starts', (after, own) => {
          own.since = after.returned
          own.at = 'look up'
        })
      return
    case 'look up':
      if (!(reader.seen & 1))
        yield act('looks up the entry', (after, own) => {
          own.entry = after.entry
          return lookedUp(after, own, 1, oneProcess, fault)
        })
      for (const tag of [0, 1] as const)
        if (!(reader.seen & (2 << tag)))
          yield act(`looks up version ${tag}`, (after, own) => {
            own.stamp[tag] = after.versions[tag]
            return lookedUp(after, own, 2 << tag, oneProcess, fault)
          })
      return
    case 'pin':
      for (const tag of [0, 1] as const)
        if (reader.missing & (1 << tag) && !(reader.seen & (1 << tag)))
          yield act(`pins version ${tag}`, (after, own) => {
            if (!after.versions[tag])
              after.versions[tag] = fault === 'a version comes again' ? 1 : fresh(after)
            own.seen |= 1 << tag
            if (own.seen === own.missing) own.at = 'read back'
          })
      return
    case 'read back':
      for (const tag of [0, 1] as const)
        if (reader.missing & (1 << tag))
          yield act(`reads version ${tag} back`, (after, own) => {
            own.stamp[tag] = after.versions[tag]
            own.missing &= ~(1 << tag)
            if (own.missing === 0) pinned(after, own, oneProcess, fault)
          })
      return
    case 'ask':
      yield act('asks the database', (after, own) => {
        own.value = after.row
        own.at = 'store'
        if (late) miss(after, own, [0, 0], oneProcess, fault)
      })
      return
    case 'store':
      yield act('stores and answers', (after, own) => {
        const { value, stamp } = own
        if (stamp[0] && stamp[1]) after.entry = { value, stamp: [...stamp] }
        const answered = after.readers.filter(
          (other) => other === own || (other.at === 'joined' && same(other.stamp, stamp)),
        )
        const stale = answered.some(({ since }) => value < since)
        for (const each of answered) Object.assign(each, idle(each.left - 1))
        return stale
      })
      return
    case 'joined':
      // It waits for the call that it has joined.
      return
  }
}

const same = (one: Stamp, other: Stamp): boolean => one[0] === other[0] && one[1] === other[1]

/** One of three keys of a lookup has come back. */
function lookedUp(after: State, own: Reader, bit: number, oneProcess: boolean, fault: Fault | undefined) {
  own.seen |= bit
  if (own.seen !== 7) return false
  const { entry, stamp } = own
  const matches = (tag: 0 | 1) =>
    stamp[tag] === 0 ? fault === 'a missing version is taken for a match' : entry?.stamp[tag] === stamp[tag]
  if (entry && matches(0) && matches(1)) {
    const stale = entry.value < own.since
    Object.assign(own, idle(own.left - 1))
    return stale
  }
  own.entry = undefined
  own.seen = 0
  if (fault === 'the versions are taken after the database call') own.at = 'ask'
  else miss(after, own, stamp, oneProcess, fault)
  return false
}

/** Pins the versions that are missing. */
function miss(after: State, own: Reader, stamp: Stamp, oneProcess: boolean, fault: Fault | undefined): void {
  own.stamp = stamp
  own.seen = 0
  own.missing = (stamp[0] ? 0 : 1) | (stamp[1] ? 0 : 2)
  own.at = 'pin'
  if (own.missing === 0) pinned(after, own, oneProcess, fault)
}

/** Joins a call that was made under the same versions, or makes one. */
function pinned(after: State, own: Reader, oneProcess: boolean, fault: Fault | undefined): void {
  own.seen = 0
  if (own.value >= 0) {
    own.at = 'store'
    return
  }
  const whatever = fault === 'a call from before a write is joined after it'
  const flying = after.readers.find(
    (other) =>
      other !== own &&
      (other.at === 'ask' || other.at === 'store') &&
      other.stamp[0] * other.stamp[1] > 0 &&
      (whatever || same(other.stamp, own.stamp)),
  )
  own.at = oneProcess && flying && own.stamp[0] && own.stamp[1] ? 'joined' : 'ask'
  if (own.at === 'joined' && flying) own.stamp = [...flying.stamp]
}

/** A version that nobody has seen. */
function fresh({ versions, entry, readers }: State): Version {
  const known = [versions, entry?.stamp, ...readers.flatMap(({ stamp, entry }) => [stamp, entry?.stamp])]
  return Math.max(...known.flatMap((stamp) => stamp ?? [0])) + 1
}

const copy = (state: State): State => ({
  ...state,
  versions: [...state.versions],
  writers: state.writers.map((writer) => ({ ...writer })),
  readers: state.readers.map((reader) => ({ ...reader, stamp: [...reader.stamp] })),
})

/** The same for states that differ but in who is who and in what their versions are called. */
function encode({
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
    ])
  })
  return [shared, ...writing.sort(), ...reading.sort()].join('')
}

const WRITER: readonly Writer['at'][] = ['note', 'commit', 'drop', 'done', 'dead']
const READER: readonly At[] = ['start', 'look up', 'pin', 'read back', 'ask', 'store', 'joined']
