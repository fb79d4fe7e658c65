import { Readable } from 'node:stream'

/** Streams of server-sent events that may be open at once. */
const MOST = 20

/** Bytes that may wait for a client that reads slowly; it misses what comes meanwhile. */
const WAITING = 64 * 1024

/** An event as it is sent. */
export const eventText = (name: string, data: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** The clients that look. */
export class Streams {
  private readonly open = new Set<Readable>()
  private closed = false

  get size(): number {
    return this.open.size
  }

  /** A stream for one more client; undefined where there are too many, or none is to be opened any more. */
  add(): Readable | undefined {
    if (this.closed || this.open.size >= MOST) return undefined
    const stream = new Readable({ read() {} })
    this.open.add(stream)
    stream.once('close', () => this.open.delete(stream))
    return stream
  }

  send(text: string): void {
    for (const stream of this.open) if (stream.readableLength < WAITING) stream.push(text)
  }

  /** Ends all streams, and opens no more. */
  close(): void {
    this.closed = true
    for (const stream of this.open) stream.push(null)
    this.open.clear()
  }
}
