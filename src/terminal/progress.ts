import { MultiBar } from 'cli-progress'

/** Where a long task tells how far it is. */
export interface Progress {
  /**
   * @param done of `total`, in any unit
   * @param text how far that is, in words
   */
  update(done: number, total: number, text: string): void
  /** Says something beside the progress, on standard error. */
  note(line: string): void
  /** To be called at the end, before anything else is printed. */
  stop(): void
}

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean }

interface Streams {
  readonly stdout: Output
  readonly stderr: Output
}

/** Progress on standard output: a bar on a terminal; elsewhere a line for each tenth of the way. */
export const createProgress = (streams: Streams = process): Progress =>
  streams.stdout.isTTY ? createBar(streams) : createLines(streams)

function createBar({ stdout, stderr }: Streams): Progress {
  const bars = new MultiBar({
    stream: stdout,
    format: '{bar} {percentage}% | {text}',
    barsize: 30,
    clearOnComplete: true,
    // Or Ctrl-C would end the bar and not the process.
    gracefulExit: false,
    // Nothing that Ctrl-C would leave behind on the terminal.
    linewrap: true,
  })
  const bar = bars.create(1, 0, { text: '' })
  return {
    update(done, total, text) {
      bar.setTotal(total)
      bar.update(done, { text })
    },
    // A line that goes to the same terminal must not tear the bar.
    note: (line) => (stderr.isTTY ? bars.log(`${line}\n`) : stderr.write(`${line}\n`)),
    stop() {
      // Prints the notes that still wait, which `stop` alone would lose.
      bars.update()
      bars.stop()
    },
  }
}

function createLines({ stdout, stderr }: Streams): Progress {
  let tenth = 0
  return {
    update(done, total, text) {
      const reached = Math.floor((done / total) * 10)
      if (reached <= tenth) return
      tenth = reached
      stdout.write(`${text}\n`)
    },
    note: (line) => stderr.write(`${line}\n`),
    stop() {},
  }
}
