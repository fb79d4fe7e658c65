import type { Fault, State, Writer } from './state.ts'
import type { Step, Take } from './steps.ts'

export function* writerSteps(
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
