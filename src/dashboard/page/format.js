/** @param {number | null} milliseconds */
export function inMilliseconds(milliseconds) {
  if (milliseconds === null) return '–'
  return milliseconds < 10 ? milliseconds.toPrecision(2) : String(Math.round(milliseconds))
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** @param {number} bytes */
export function inBytes(bytes) {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1)
  const amount = bytes / 1024 ** power
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`
}

const whole = new Intl.NumberFormat('en')

/** @param {number} count */
export const inFull = (count) => whole.format(count)

const LONGER = /** @type {const} */ ([
  [86_400, 'd', 3600, 'h'],
  [3600, 'h', 60, 'min'],
  [60, 'min', 60, ''],
])

/** @param {number} seconds */
export function inTime(seconds) {
  const [unit, name, part, partName] = LONGER.find(([length]) => seconds >= length) ?? [1, 's', 1, '']
  const rest = Math.floor((seconds % unit) / part)
  return `${Math.floor(seconds / unit)} ${name}${rest > 0 && partName !== '' ? ` ${rest} ${partName}` : ''}`
}
