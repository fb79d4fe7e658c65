import { element, find, show } from './dom.js'
import { inBytes, inFull, inTime } from './format.js'
import { tagList } from './panels.js'
import { ask } from './service.js'

/**
 * Fills the choices with the models.
 *
 * @param {readonly string[]} models
 */
export function offer(models) {
  const chosen = find('drop-model', HTMLSelectElement)
  if (chosen.options.length > 0) return
  chosen.append(new Option('Everything', ''), ...models.map((model) => new Option(model, model)))
  find('explain-model', HTMLSelectElement).append(...models.map((model) => new Option(model, model)))
}

/** Does something, with its button out of use meanwhile. @param {HTMLButtonElement} button @param {string} errorAt @param {() => Promise<void>} work */
async function carryOut(button, errorAt, work) {
  button.disabled = true
  show(errorAt, '')
  try {
    await work()
  } catch (error) {
    const why =
      error instanceof TypeError ? 'The service cannot be reached.' : error instanceof Error && error.message
    show(errorAt, why || 'The token is not the right one any more: reload the page.')
  } finally {
    const lost = document.activeElement === document.body
    button.disabled = false
    if (lost) button.focus()
  }
}

/** @param {HTMLFormElement} form */
const submitOf = (form) => /** @type {HTMLButtonElement} */ (form.querySelector('button[type="submit"]'))

export function startActions() {
  const explain = find('explain', HTMLFormElement)
  explain.addEventListener('submit', (event) => {
    event.preventDefault()
    carryOut(submitOf(explain), 'explain-error', async () => {
      const explained = find('explained', HTMLElement)
      explained.replaceChildren()
      const fields = new URLSearchParams()
      for (const [name, value] of new FormData(explain)) fields.set(name, String(value))
      explained.replaceChildren(explanation(await (await ask(`/cache/explain?${fields}`)).json()))
    })
  })

  const drop = find('drop', HTMLFormElement)
  const confirm = find('confirm', HTMLDialogElement)
  const chosen = find('drop-model', HTMLSelectElement)
  drop.addEventListener('submit', (event) => {
    event.preventDefault()
    show('confirm-title', chosen.value === '' ? 'Drop everything?' : `Drop what reaches ${chosen.value}?`)
    confirm.returnValue = 'cancel'
    confirm.showModal()
  })
  confirm.addEventListener('close', () => {
    if (confirm.returnValue !== 'drop') return
    show('done', '')
    carryOut(submitOf(drop), 'do-error', async () => {
      const { dropped } = await (await ask('/cache/drop', { body: { model: chosen.value || null } })).json()
      show('done', `Dropped: ${dropped}.`)
    })
  })

  const warm = find('warm', HTMLButtonElement)
  warm.addEventListener('click', () => {
    show('done', 'Warming…')
    carryOut(warm, 'do-error', async () => {
      try {
        const { stored, already, failed, gone, milliseconds } = await (
          await ask('/cache/warm', { body: {} })
        ).json()
        const trouble =
          (failed > 0 ? `, ${inFull(failed)} could not be stored` : '') +
          (gone > 0 ? `, ${inFull(gone)} are there no more` : '')
        show(
          'done',
          `Warm: ${inFull(stored)} pages stored, ${inFull(already)} were already${trouble}, in ${inFull(milliseconds)} ms.`,
        )
      } catch (error) {
        show('done', '')
        throw error
      }
    })
  })
}

/** @param {{ cacheable: boolean, reason?: string, key?: string, ttl?: number, tags?: string[], droppedBy?: string[], stored?: { bytes: number, age?: number } }} answer */
function explanation({ cacheable, reason = '', key = '', ttl = 0, tags = [], droppedBy = [], stored }) {
  const facts = cacheable
    ? [
        ['Cacheable', `yes, for at most ${inTime(ttl)}, until a write drops it`],
        [
          'Stored',
          stored
            ? `now, ${inBytes(stored.bytes)}${stored.age === undefined ? '' : `, for ${inTime(stored.age)}`}`
            : 'not now',
        ],
        ['Key', element('code', {}, key)],
        ['Tags', tagList(tags)],
        [
          'Dropped by',
          element('ul', { class: 'plain' }, ...droppedBy.map((write) => element('li', {}, write))),
        ],
      ]
    : [['Cacheable', `no: ${reason}`]]
  const kind = cacheable ? 'good' : 'warn'
  return element(
    'dl',
    {},
    ...facts.flatMap(([name = '', text = ''], index) => [
      element('dt', {}, name),
      element('dd', index === 0 ? { 'data-kind': kind } : {}, text),
    ]),
  )
}
