import type { Readable } from 'node:stream'
import type { SnapshotState } from './schemas.ts'
import { eventText, Streams } from './streams.ts'
import { REMEMBERED, type Traffic } from './traffic.ts'

const PAUSE = 1000

/**
 * Tells all clients that look how the cache is, once a second and the same for all. Each event is a sign of life as well.
 * While nobody looks it does nothing.
 */
export class Broadcast {
  private readonly streams = new Streams()
  private readonly traffic: Traffic
  private readonly snapshot: () => Promise<SnapshotState>
  private timer: NodeJS.Timeout | undefined
  private telling = false

  constructor(traffic: Traffic, snapshot: () => Promise<SnapshotState>) {
    this.traffic = traffic
    this.snapshot = snapshot
  }

  /** A stream for one more client, undefined where there are too many. It is told at once. */
  join(): Readable | undefined {
    const stream = this.streams.add()
    if (stream) void this.tell()
    return stream
  }

  /** Ends all streams. */
  close(): void {
    clearTimeout(this.timer)
    this.streams.close()
  }

  private async tell(): Promise<void> {
    if (this.telling) return
    this.telling = true
    clearTimeout(this.timer)
    const snapshot = await this.snapshot()
    const history = this.traffic.history(REMEMBERED)
    this.streams.send(eventText('snapshot', { ...snapshot, history }))
    this.telling = false
    if (this.streams.size > 0) this.timer = setTimeout(() => this.tell(), PAUSE)
  }
}
