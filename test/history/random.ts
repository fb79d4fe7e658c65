/** Whole numbers from 0 up to `below`, the same ones for the same seed. */
export type Random = (below: number) => number

/** The linear congruential generator of Numerical Recipes, without its lower bits, which repeat soon. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) % below
  }
}

/** One of several. */
export function any<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[random(choices.length)]
  if (choice === undefined) throw new Error('nothing to choose from')
  return choice
}
