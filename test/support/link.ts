import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Owner } from './database.ts'

/** A way to a server that can be harmed: what a client sends goes on, is held back, or finds nobody. */
export class Link {
  private readonly events = new EventEmitter()
  private target = { host: '', port: 0 }
  private readonly pairs = new Map<Socket, Socket>()
  private readonly server = createServer((client) => this.join(client))
  private holds: ((text: string) => boolean) | undefined
  private delay = 0
  private port = 0

  constructor(target: string) {
    this.lead(target)
  }

  /** Leads new connections to another server. Those that there are stay. */
  lead(target: string): void {
    const { hostname, port } = new URL(target)
    this.target = { host: hostname, port: Number(port) }
  }

  /** Listens, until the test ends. Returns the address to connect to, as `host:port`. */
  async listen(owner: Owner): Promise<string> {
    await this.open()
    owner.teardown(() => this.close())
    return `127.0.0.1:${this.port}`
  }

  /** Takes connections, again and at the same address after `close`. */
  async open(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1')
    await once(this.server, 'listening')
    this.port = (this.server.address() as AddressInfo).port
  }

  /** Closes all connections, and takes no more. */
  close(): void {
    this.server.close()
    this.cut()
  }

  /** From the first text on that satisfies a condition, nothing passes in either direction, and nobody is told. */
  hold(when: (text: string) => boolean = () => true): Promise<void> {
    this.holds = when
    return once(this.events, 'held').then(() => {})
  }

  /** Holds back nothing more. What has been held back is lost, and those who sent it with it. */
  release(): void {
    this.holds = undefined
    this.cut()
  }

  /** Lets everything through so many milliseconds late. */
  slow(milliseconds: number): void {
    this.delay = milliseconds
  }

  /** Closes all connections. */
  cut(): void {
    for (const [client, server] of this.pairs) {
      client.destroy()
      server.destroy()
    }
  }

  private join(client: Socket): void {
    const server = connect(this.target)
    this.pairs.set(client, server)
    let held = false
    const pass = (from: Socket, to: Socket) => {
      let passed = Promise.resolve()
      from.on('data', (chunk) => {
        if (from === client && this.holds?.(chunk.toString('latin1'))) held = true
        if (held && this.holds) {
          this.events.emit('held')
          return
        }
        const due = performance.now() + this.delay
        // One after the other, also where the delay has become less meanwhile.
        passed = passed.then(async () => {
          const left = due - performance.now()
          if (left > 0) await sleep(left)
          to.write(chunk)
        })
      })
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        this.pairs.delete(client)
      })
    }
    pass(client, server)
    pass(server, client)
  }
}
