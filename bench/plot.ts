import { HUNDREDTHS } from './latency.ts'
import { LIST } from './measure-reads.ts'
import type { ReadResult } from './results.ts'
import { rounded } from './statistics.ts'
import { type Colours, element, label, picture } from './svg.ts'
import { labelOf } from './variants.ts'

const COLOURS: Colours = {
  plain: ['#8c959f', '#7d8590'],
  hotshelf: ['#cf222e', '#ff7b72'],
  'hotshelf-near': ['#bc4c00', '#ffa657'],
  extension: ['#0969da', '#79c0ff'],
  aside: ['#1a7f37', '#56d364'],
  'aside-text': ['#9a6700', '#e3b341'],
  constant: ['#8250df', '#bc8cff'],
}

const TITLE = 'Requests a second by endpoint and variant, and the latency of the list of books'
const WIDTH = 880
const LEFT = 275
const RIGHT = 90
const BAR = 13
const GAP = 22
const HEADING = 26
const CURVES = 230
const AXIS = 40

/** Reads by endpoint and variant: answers a second as bars, and how long the list took as curves. */
export function plotOf(reads: readonly ReadResult[]): string {
  const bars = barsOf(reads, 0)
  const curves = curvesOf(
    reads.filter(({ endpoint }) => endpoint === LIST),
    bars.height,
  )
  return picture(TITLE, WIDTH, bars.height + curves.height, COLOURS, [...bars.parts, ...curves.parts])
}

interface Drawing {
  readonly parts: readonly string[]
  readonly height: number
}

function barsOf(reads: readonly ReadResult[], top: number): Drawing {
  const fastest = Math.max(...reads.map(({ rate }) => rate.most), 1)
  const scale = (WIDTH - LEFT - RIGHT) / fastest
  const parts = [heading('Requests per second', top)]
  let y = top + HEADING
  for (const endpoint of new Set(reads.map(({ endpoint }) => endpoint))) {
    parts.push(label(endpoint, 10, y + 14, { 'font-weight': '600' }))
    y += GAP
    const own = reads.filter((read) => read.endpoint === endpoint)
    const before = own.find(({ variant }) => variant === 'plain')?.rate.median
    for (const { variant, rate } of own) {
      const factor = before === undefined ? '' : `  ×${rounded(rate.median / before, 2)}`
      parts.push(
        label(labelOf(variant), LEFT - 8, y + BAR - 3, { 'text-anchor': 'end', class: 'faint' }),
        element('rect', { x: LEFT, y, width: rate.median * scale, height: BAR - 2, class: variant }),
        line([LEFT + rate.least * scale, LEFT + rate.most * scale], [y + BAR / 2 - 1, y + BAR / 2 - 1]),
        label(`${Math.round(rate.median)}${factor}`, LEFT + rate.most * scale + 5, y + BAR - 3),
      )
      y += BAR + 2
    }
    y += 6
  }
  return { parts, height: y - top + 10 }
}

/** Shares of the requests upwards, milliseconds to the right, each ten times as many as those to the left of it. */
function curvesOf(reads: readonly ReadResult[], top: number): Drawing {
  const all = reads.flatMap(({ latency }) => Object.values(latency)).filter((value) => value > 0)
  const [low, high] = [
    Math.floor(Math.log10(Math.min(...all, 1))),
    Math.ceil(Math.log10(Math.max(...all, 1))),
  ]
  const x = (milliseconds: number) =>
    LEFT + ((Math.log10(milliseconds) - low) / Math.max(high - low, 1)) * (WIDTH - LEFT - RIGHT)
  const bottom = top + HEADING + CURVES
  const y = (share: number) => bottom - (share / 100) * CURVES
  const parts = [heading(`Latency of ${LIST}: the share of requests that took at most so long`, top)]
  for (let power = low; power <= high; power++) {
    const at = x(10 ** power)
    parts.push(line([at, at], [bottom, top + HEADING]))
    parts.push(label(`${10 ** power} ms`, at, bottom + 16, { 'text-anchor': 'middle', class: 'faint' }))
  }
  for (const share of [0, 50, 99]) {
    parts.push(line([LEFT, WIDTH - RIGHT], [y(share), y(share)]))
    parts.push(label(`${share} %`, WIDTH - RIGHT + 6, y(share) + 4, { class: 'faint' }))
  }
  for (const [index, { variant, latency }] of reads.entries()) {
    const points = HUNDREDTHS.map((share) => [x(Math.max(latency[share] ?? 0, 10 ** low)), y(share)] as const)
    parts.push(
      element('polyline', {
        points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
        class: `${variant}-line`,
        'stroke-width': 2,
      }),
      element('rect', { x: 10, y: top + HEADING + 10 + index * 20, width: 12, height: 12, class: variant }),
      label(labelOf(variant), 28, top + HEADING + 20 + index * 20),
    )
  }
  return { parts, height: HEADING + CURVES + AXIS }
}

const heading = (text: string, top: number) =>
  label(text, 10, top + 18, { 'font-size': '14', 'font-weight': '600' })

const line = ([x1, x2]: readonly [number, number], [y1, y2]: readonly [number, number]) =>
  element('line', { x1, y1, x2, y2, class: 'grid' })
