import type { Test } from 'tap'

/** Keeps this process's event loop busy, 20 ms at a time, until the test is over. */
export function keepBusy(t: Test): void {
  const busy = setInterval(() => {
    const end = performance.now() + 20
    while (performance.now() < end);
  }, 0)
  t.teardown(() => clearInterval(busy))
}
