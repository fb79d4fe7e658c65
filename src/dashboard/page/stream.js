import { ask, TokenError } from './service.js'

/** Milliseconds without an event after which a stream is given up. */
const SILENCE = 6000

/** Milliseconds until the next try, after one that failed. */
const PAUSE = 1000

/**
 * Listens to the service for as long as the page is looked at, and again where the stream breaks. Not with EventSource,
 * which cannot send the token in a header.
 *
 * @param {{ onSnapshot: (snapshot: import('./snapshot.js').Snapshot) => void, onLost: (why: string) => void,
 *   onToken: () => void }} told
 * @returns {{ start(): void, stop(): void }}
 */
export function createStream({ onSnapshot, onLost, onToken }) {
  /** @type {AbortController | undefined} */
  let running
  /** @type {number | undefined} */
  let timer

  /** @param {AbortController} own */
  async function listen(own) {
    try {
      for await (const text of eventsOf(own)) onSnapshot(JSON.parse(text))
      throw new Error('The stream has ended.')
    } catch (error) {
      if (own !== running) return
      running = undefined
      if (error instanceof TokenError) return onToken()
      onLost(
        error instanceof TypeError || !(error instanceof Error)
          ? 'The service cannot be reached.'
          : error.message,
      )
      timer = setTimeout(start, PAUSE)
    }
  }
  function start() {
    if (running || document.hidden) return
    clearTimeout(timer)
    running = new AbortController()
    listen(running)
  }
  function stop() {
    clearTimeout(timer)
    const ended = running
    running = undefined
    ended?.abort()
  }
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()))
  return { start, stop }
}

/**
 * The data of each event.
 *
 * @param {AbortController} controller
 */
async function* eventsOf(controller) {
  const silent = () => controller.abort(new Error('The service has fallen silent.'))
  let watchdog = setTimeout(silent, SILENCE)
  try {
    const { body } = await ask('/cache/events', { signal: controller.signal })
    if (!body) return
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (text + value).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        clearTimeout(watchdog)
        watchdog = setTimeout(silent, SILENCE)
        yield event.slice(event.indexOf('data: ') + 'data: '.length)
      }
    }
  } finally {
    clearTimeout(watchdog)
  }
}
