import { type Bounds, type Fault, fresh, idle, type Reader, type Stamp, type State } from './state.ts'
import type { Step, Take } from './steps.ts'

export function* readerSteps(
  reader: Reader,
  index: number,
  step: Take,
  { oneProcess, near }: Pick<Bounds, 'oneProcess' | 'near'>,
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
          if (!own.near) return false
          if (fault === 'a near entry is believed without its versions') return own.near.value < own.since
          own.entry = own.near
          own.seen = 1
          return false
        })
      return
    case 'look up':
      if (!(reader.seen & 1))
        yield act('looks up the entry', (after, own) => {
          own.entry = after.entry
          return lookedUp(after, own, 1, { oneProcess, near }, fault)
        })
      for (const tag of [0, 1] as const)
        if (!(reader.seen & (2 << tag)))
          yield act(`looks up version ${tag}`, (after, own) => {
            own.stamp[tag] = after.versions[tag]
            return lookedUp(after, own, 2 << tag, { oneProcess, near }, fault)
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
        const entry = near && stamp[0] && stamp[1] ? { value, stamp } : undefined
        for (const each of answered) Object.assign(each, idle(each.left - 1), { near: entry })
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
function lookedUp(
  after: State,
  own: Reader,
  bit: number,
  { oneProcess, near }: Pick<Bounds, 'oneProcess' | 'near'>,
  fault: Fault | undefined,
) {
  own.seen |= bit
  if (own.seen !== 7) return false
  const { entry, stamp } = own
  const matches = (tag: 0 | 1) =>
    stamp[tag] === 0 ? fault === 'a missing version is taken for a match' : entry?.stamp[tag] === stamp[tag]
  if (entry && matches(0) && matches(1)) {
    const stale = entry.value < own.since
    Object.assign(own, idle(own.left - 1), { near: near ? entry : undefined })
    return stale
  }
  own.entry = undefined
  own.seen = 0
  if (own.near) {
    // The store may have a newer one.
    own.near = undefined
    own.stamp = [0, 0]
    return false
  }
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
