import { offer, startActions } from './actions.js'
import { createCharts } from './charts.js'
import { find, replace, show } from './dom.js'
import { noticeOf, showPanels } from './panels.js'
import { token } from './service.js'
import { createStream } from './stream.js'

const figures = find('figures', HTMLElement)
const access = find('access', HTMLFormElement)
const forget = find('forget', HTMLButtonElement)
const field = find('token', HTMLInputElement)
/** @type {ReturnType<typeof createCharts> | undefined} */
let charts

/** @param {'live' | 'waiting' | 'lost'} state @param {string} text */
function showConnection(state, text) {
  find('connection', HTMLElement).dataset.state = state
  show('connection', text)
  figures.dataset.stale = String(state !== 'live')
}

/** @param {boolean} isAsked whether a token is to be given before there is anything to show */
function askForToken(isAsked) {
  access.hidden = !isAsked
  figures.hidden = isAsked
  forget.hidden = isAsked || token.get() === null
}

const stream = createStream({
  onSnapshot(snapshot) {
    askForToken(false)
    offer(snapshot.models)
    charts ??= createCharts(snapshot.history.hit.length)
    charts.draw(snapshot.history)
    showPanels(snapshot)
    showConnection('live', 'Live')
  },
  onLost(why) {
    showConnection('lost', 'Reconnecting')
    replace(find('notices', HTMLElement), [noticeOf(why, 'bad')])
  },
  onToken() {
    show('access-error', token.get() === null ? '' : 'That is not the token.')
    token.forget()
    showConnection('waiting', 'Token needed')
    askForToken(true)
    field.select()
    field.focus()
  },
})

access.addEventListener('submit', (event) => {
  event.preventDefault()
  show('access-error', '')
  token.keep(field.value.trim())
  field.value = ''
  showConnection('waiting', 'Connecting')
  stream.start()
})
forget.addEventListener('click', () => {
  token.forget()
  stream.stop()
  stream.start()
})

startActions()
stream.start()
