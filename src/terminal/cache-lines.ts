import type { Explained } from '../admin/explained.ts'
import type { Hottest } from '../admin/hottest.ts'
import type { RedisState } from '../admin/redis-state.ts'
import { argumentJson } from '../cache/argument-json.ts'

/** Rows whose columns stand below each other. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** What clients have asked for, without what a terminal obeys: all of JSON's own escapes are made already. */
export const visible = (text: string): string =>
  text.replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** `1.5 MiB` */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.max(0, Math.floor(Math.log2(bytes || 1) / 10)), UNITS.length - 1)
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${UNITS[power]}`
}

/** Of so many asked, those that were found. */
export const shareText = (hits: number, misses: number): string =>
  hits + misses === 0 ? 'none' : `${((100 * hits) / (hits + misses)).toFixed(1)} %`

export function statsLines({ servers, keys, openWrites, openMoves, hot }: RedisState): string[] {
  const all = keys.complete ? '' : ' (at least: there are more keys than were looked at)'
  return columns([
    ...servers.flatMap(({ version, memory, maxmemory, policy, hits, misses, evictions }) => [
      ['server', version],
      ['memory', `${bytesText(memory)} of ${maxmemory === 0 ? 'no limit' : bytesText(maxmemory)}, ${policy}`],
      ['lookups', `${hits} found, ${misses} not (${shareText(hits, misses)}), ${evictions} keys evicted`],
    ]),
    [
      'entries',
      `${keys.entries} queries, ${keys.pages} pages, ${keys.versions} versions, ${keys.others} others${all}`,
    ],
    ['writes', `${openWrites} under way, ${openMoves} of them may move rows`],
    ['hot list', `${hot} reads`],
  ])
}

/** Whatever a service tells of itself, name by name. */
export function serviceLines(stats: object): string[] {
  const rows = (value: object, path: string): string[][] =>
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === 'object' && inner !== null
        ? rows(inner, `${path}${name}.`)
        : [[`${path}${name}`, String(inner)]],
    )
  return columns(rows(stats, ''))
}

export function explainLines(told: Explained): string[] {
  if (!told.cacheable) return [`not cached: ${told.reason}`]
  const { key, ttl, tags, droppedBy, stored } = told
  return [
    `cached for at most ${ttl} s, as ${key}`,
    stored ? `stored: ${storedText(stored)}` : 'not stored now',
    'depends on, and is dropped by',
    ...columns(tags.map((tag, index) => [`  ${tag}`, droppedBy[index] ?? ''])),
  ]
}

export function hotLines(hot: readonly Hottest[]): string[] {
  if (hot.length === 0) return ['nothing has been read yet, or CACHE_HOT is 0']
  return columns([
    ['READS', 'WHAT', 'STORED', 'TAGS'],
    ...hot.map(({ page, query, reads, stored, tags }) => [
      String(Math.round(reads)),
      page ?? (query ? visible(`${query.model}.${query.operation} ${argumentJson(query.args)}`) : ''),
      stored ? storedText(stored) : 'no',
      tags.join(' '),
    ]),
  ])
}

const storedText = ({ bytes, age }: NonNullable<Hottest['stored']>): string =>
  `${bytesText(bytes)}${age === undefined ? '' : `, ${age} s old`}`
