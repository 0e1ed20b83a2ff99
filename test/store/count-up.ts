import type { Store } from '../../src/store/store.ts';

/** Reads a number, lets others run, writes one more; so often. */
export async function countUp(store: Store, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await store.write(async ({ meta }) => {
      const before = Number(await meta.get('counter'));
      await meta.counts();
      await meta.put('counter', String(before + 1));
    });
  }
}
