// Loaded before anything else into a process whose clock is to be wrong by so many milliseconds.
const shift = Number(process.env.CLOCK_SHIFT)
const { now } = Date
Date.now = () => now() + shift
globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [Date.now()] : parts))
  }
}
