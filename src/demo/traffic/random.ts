/** Random choices that are the same on every run with the same seed. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** `count` different choices, in their own order. */
  some<T>(choices: readonly T[], count: number): T[];
}

/** Mulberry32: short, fast, and good enough to look like life. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[int(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to choose from');
    return choice;
  };
  const some = <T>(choices: readonly T[], count: number): T[] => {
    const left = choices.map((_, index) => index);
    const chosen = new Set<number>();
    while (chosen.size < Math.min(count, choices.length)) chosen.add(left.splice(int(left.length), 1)[0] ?? 0);
    return choices.filter((_, index) => chosen.has(index));
  };
  return { int, chance: (probability) => next() < probability, pick, some };
}
