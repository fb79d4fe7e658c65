/**
 * What an event tells.
 *
 * @typedef {import('../schemas.ts').SnapshotState & { history: Record<Answer, number[]> }} Snapshot
 * @typedef {import('../traffic.ts').Answer} Answer
 */

/** @type {readonly Answer[]} */
export const ANSWERS = ['hit', 'miss', 'bypass', 'failed', 'other']
