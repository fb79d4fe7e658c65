import { find, show } from './dom.js'
import { ANSWERS } from './snapshot.js'

const NS = 'http://www.w3.org/2000/svg'
const HEIGHT = 100
/** Seconds whose reads one point of the ratio is of. */
const CALM = 10

/**
 * An SVG that fills its place: one unit of its width is a second.
 *
 * @param {string} place
 * @param {number} width
 * @param {readonly string[]} classes of its paths, from back to front
 * @param {(second: number | undefined) => void} onPoint with the second that the pointer is at
 */
function createPlot(place, width, classes, onPoint) {
  const svg = document.createElementNS(NS, 'svg')
  const set = (/** @type {Element} */ on, /** @type {Record<string, string | number>} */ values) => {
    for (const [name, value] of Object.entries(values)) on.setAttribute(name, String(value))
  }
  const add = (/** @type {string} */ name, /** @type {Record<string, string | number>} */ values) => {
    const made = document.createElementNS(NS, name)
    set(made, values)
    svg.append(made)
    return made
  }
  set(svg, { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' })
  for (const y of [0, HEIGHT / 2, HEIGHT])
    add('line', { class: 'grid', x1: 0, x2: width, y1: y, y2: y, 'vector-effect': 'non-scaling-stroke' })
  const paths = classes.map((name) => add('path', { class: name }))
  const cursor = add('line', {
    class: 'cursor',
    y1: 0,
    y2: HEIGHT,
    'vector-effect': 'non-scaling-stroke',
    visibility: 'hidden',
  })
  svg.addEventListener('pointermove', ({ clientX }) => {
    const { left, width: wide } = svg.getBoundingClientRect()
    const second = Math.max(0, Math.min(width - 1, Math.floor(((clientX - left) / wide) * width)))
    set(cursor, { x1: second + 0.5, x2: second + 0.5, visibility: 'visible' })
    onPoint(second)
  })
  svg.addEventListener('pointerleave', () => {
    set(cursor, { visibility: 'hidden' })
    onPoint(undefined)
  })
  find(place, HTMLElement).replaceChildren(svg)
  return {
    /** @param {readonly string[]} shapes @param {string} label */
    draw(shapes, label) {
      for (const [index, path] of paths.entries()) set(path, { d: shapes[index] ?? '' })
      set(svg, { 'aria-label': label })
    },
  }
}

/** @param {number} length seconds */
export function createCharts(length) {
  /** @type {import('./snapshot.js').Snapshot['history'] | undefined} */
  let history
  const readouts = ['ratio-readout', 'rate-readout'].map((id) => {
    const readout = find(id, HTMLElement)
    return { readout, plain: [...readout.childNodes] }
  })
  /** @param {number} which @param {(second: number) => string} text */
  const pointing = (which, text) => (/** @type {number | undefined} */ second) => {
    const { readout, plain } = readouts[which] ?? { readout: undefined, plain: [] }
    if (second === undefined) readout?.replaceChildren(...plain)
    else readout?.replaceChildren(`${length - second} s ago: ${text(second)}`)
  }
  const ratio = createPlot(
    'ratio-chart',
    length,
    ['area ratio', 'line'],
    pointing(0, (second) => inPercent(history && ratioAt(history, second))),
  )
  const rate = createPlot(
    'rate-chart',
    length,
    ANSWERS.map((answer) => `area ${answer}`).reverse(),
    pointing(1, (second) =>
      ANSWERS.map((answer) => `${history?.[answer][second] ?? 0} ${answer}`).join(', '),
    ),
  )
  return {
    /** @param {import('./snapshot.js').Snapshot['history']} now */
    draw(now) {
      history = now
      const ratios = now.hit.map((_, second) => ratioAt(now, second))
      ratio.draw(
        [areaOf(ratios), lineOf(ratios)],
        `Hit ratio over five minutes, now ${inPercent(ratios.at(-1))}`,
      )
      // Each layer reaches from the ground to its top; those in front hide what is below.
      const layers = ANSWERS.map(() => /** @type {number[]} */ ([]))
      let most = 1
      for (let second = 0; second < length; second++) {
        let sum = 0
        for (const [index, answer] of ANSWERS.entries()) {
          sum += now[answer][second] ?? 0
          layers[index]?.push(sum)
        }
        most = Math.max(most, sum)
      }
      const top = roundedUp(most)
      show('rate-top', String(top))
      show('rate-middle', top > 1 ? String(top / 2) : '')
      rate.draw(
        layers.map((layer) => areaOf(layer.map((value) => value / top))).reverse(),
        `Requests per second over five minutes, at most ${most}`,
      )
    },
  }
}

/** @param {import('./snapshot.js').Snapshot['history']} history @param {number} second */
function ratioAt(history, second) {
  let hits = 0
  let reads = 0
  for (let at = Math.max(0, second - CALM + 1); at <= second; at++) {
    const hit = history.hit[at] ?? 0
    hits += hit
    reads += hit + (history.miss[at] ?? 0) + (history.bypass[at] ?? 0)
  }
  return reads === 0 ? undefined : hits / reads
}

/** @param {number | undefined} part */
export const inPercent = (part) =>
  part === undefined ? 'no reads' : `${(part * 100).toFixed(part > 0.995 && part < 1 ? 2 : 1)} %`

/** Parts of a whole, as runs without a gap. @param {readonly (number | undefined)[]} parts */
function runsOf(parts) {
  /** @type {[number, number][][]} */
  const runs = [[]]
  for (const [second, part] of parts.entries())
    if (part === undefined) runs.push([])
    else runs.at(-1)?.push([second, Number((HEIGHT * (1 - part)).toFixed(2))])
  return runs.filter(({ length }) => length > 0)
}

/** @param {readonly (number | undefined)[]} parts */
const lineOf = (parts) =>
  runsOf(parts)
    .map((run) => `M${run.map(([x, y]) => `${x} ${y}`).join('L')}h1`)
    .join('')

/** @param {readonly (number | undefined)[]} parts */
const areaOf = (parts) =>
  runsOf(parts)
    .map((run) => `M${run[0]?.[0]} ${HEIGHT}${run.map(([x, y]) => `L${x} ${y}h1`).join('')}V${HEIGHT}Z`)
    .join('')

/** @param {number} most */
function roundedUp(most) {
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 4, 10].find((step) => step * power >= most) ?? 10) * power
}
