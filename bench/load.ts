import { serve } from './channel.ts'
import { crowd } from './load-crowd.ts'
import { createMixes } from './load-mixes.ts'
import { readLoad } from './load-reads.ts'
import { each, firstReads, writeLatency } from './load-singly.ts'

/** The process that makes the requests. */
const jobs = {
  /** As many reads as the server answers in some seconds. */
  reads: readLoad,
  /** The same with writes among them, and a look at every answer. */
  mix: createMixes(),
  /** Many requests for one URL at once. */
  crowd,
  /** What makes the reads hits. */
  each,
  /** Writes one after the other. */
  writeLatency,
  /** How a list is answered some time after one of its rows was written. */
  firstReads,
}

export type LoadJobs = typeof jobs

serve(jobs)
