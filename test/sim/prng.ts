/** Seeded chance (mulberry32). One stream a purpose, so that one of them can be turned off without shifting the others. */

export class Prng {
  #state: number;

  constructor(seed: number, purpose: string) {
    let hash = 0x811c9dc5;
    for (const char of `${seed}/${purpose}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Throws on an empty list. */
  pick<T>(list: readonly T[]): T {
    const item = list[this.between(0, list.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** By weight; weights of zero are never picked. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries<number>(weights) as [T, number][];
    let at = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      at -= weight;
      if (at < 0) return name;
    }
    return entries[0]![0];
  }
}

/** The chances of one seed: `swarm` leaves some faults out altogether and makes others frequent. */
export function swarm(random: Prng, usual: number): number {
  return random.weighted({ none: 3, some: 4, many: 2 } as const) === 'none' ? 0 : usual * (0.3 + random.next() * 2.2);
}
