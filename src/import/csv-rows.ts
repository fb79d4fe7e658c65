import { pipeline, type Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'

/** A row of a CSV file. `line` is the line of the file, counted from 1, on which it begins. */
export type CsvRow =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: string }

/** A row as the parser hands it out: with the line on which it ends. */
interface Parsed {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

const PROBLEMS: Partial<Record<CsvError['code'], string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'there is text after a closing quote',
  INVALID_OPENING_QUOTE: 'there is a quote in a field that does not begin with one',
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed: nothing after it could be read',
}

/**
 * Reads a CSV file row by row, in order. A row with misplaced quotes comes as a problem, and reading goes on after it;
 * empty lines do not come at all.
 *
 * @param file its bytes, in UTF-8
 * @throws the error of the file, where it cannot be read on
 */
export async function* readCsv(file: Readable): AsyncGenerator<CsvRow> {
  const bad: { line: number; problem: string }[] = []
  const parser = parse({
    bom: true,
    info: true,
    raw: true,
    record_delimiter: '\n',
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip(error, raw = '') {
      if (!error) return
      // The row so far, without empty lines before it and the end of the file's last line.
      const line = Number(error.lines) - newlines(raw.trimStart().replace(/\n$/, ''))
      // The parser may complain of one row several times.
      if (bad.at(-1)?.line === line) return
      bad.push({ line, problem: PROBLEMS[error.code] ?? error.message })
    },
  })
  const rows: AsyncIterable<Parsed> = pipeline(file, withPlainNewlines, parser, () => {})
  for await (const { record, info } of rows) {
    const line = info.lines - newlines(record.join(''))
    while (bad[0] && bad[0].line < line) yield* bad.splice(0, 1)
    yield { line, cells: record }
  }
  yield* bad
}

const newlines = (text: string): number => text.split('\n').length - 1

/** The parser counts a CR LF within quotes as two lines. */
async function* withPlainNewlines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let afterReturn = false
  for await (const chunk of chunks) {
    // One character a byte, so that no letter is torn.
    const text = chunk.toString('latin1', afterReturn && chunk[0] === LINE_FEED ? 1 : 0)
    afterReturn = chunk.at(-1) === CARRIAGE_RETURN
    yield Buffer.from(text.replaceAll(/\r\n?/g, '\n'), 'latin1')
  }
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
