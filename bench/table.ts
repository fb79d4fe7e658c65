/** The cells of a line. */
export type Row = readonly (string | number)[]

/** A table of Markdown. */
export const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
