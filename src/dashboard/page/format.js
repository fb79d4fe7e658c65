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

/** @param {number} seconds */
export function inTime(seconds) {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`
}
