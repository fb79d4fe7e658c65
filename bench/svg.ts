/** An element of an SVG, with what is in it. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...content: readonly string[]
): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(shortened(value))}"`)
  return `<${name}${pairs.join('')}>${content.join('')}</${name}>`
}

/** A line of text. */
export const label = (
  text: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string>> = {},
): string => element('text', { x, y, ...attributes }, escaped(text))

/** A whole picture, whose colours go with a light page and with a dark one. `title` is for who cannot see it. */
export const picture = (
  title: string,
  width: number,
  height: number,
  colours: Colours,
  content: readonly string[],
): string =>
  `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-family': 'system-ui, sans-serif',
      'font-size': 12,
    },
    `\n<title>${escaped(title)}</title>\n<style>${styleOf(colours)}</style>\n`,
    content.join('\n'),
    '\n',
  )}\n`

/** By class: the colour on a light page, and that on a dark one. */
export type Colours = Readonly<Record<string, readonly [light: string, dark: string]>>

const styleOf = (colours: Colours): string => {
  const rules = (at: 0 | 1) =>
    Object.entries(colours)
      .map(([name, pair]) => `.${name}{fill:${pair[at]}}.${name}-line{stroke:${pair[at]};fill:none}`)
      .join('')
  return (
    'text{fill:#1f2328}.faint{fill:#59636e}.grid{stroke:#d1d9e0}' +
    `${rules(0)}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.faint{fill:#9198a1}.grid{stroke:#3d444d}${rules(1)}}`
  )
}

const shortened = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : value

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
