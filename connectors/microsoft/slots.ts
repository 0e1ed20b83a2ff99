/** How many requests for one mailbox may be under way: a batch takes all of its places. */

export class Slots {
  #free: number;
  readonly #most: number;
  readonly #waiting: Array<Readonly<{ places: number; start: () => void }>> = [];

  constructor(most: number) {
    this.#most = most;
    this.#free = most;
  }

  /** Runs `task` as soon as so many places are free; first come, first served. */
  async run<Result>(places: number, task: () => Promise<Result>): Promise<Result> {
    const taken = Math.min(places, this.#most);
    await this.#take(taken);
    try {
      return await task();
    } finally {
      this.#free += taken;
      this.#next();
    }
  }

  #take(places: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ places, start: resolve });
    this.#next();
    return promise;
  }

  #next(): void {
    for (let first = this.#waiting[0]; first !== undefined && first.places <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= first.places;
      first.start();
    }
  }
}
