import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { countUp } from './count-up.ts';
import { event, eventId, plant, production, versionOf } from './samples.ts';
import type { Subject } from './store-suite.ts';

export function transactionSuite(subject: Subject, shared: boolean): void {
  describe('transactions', () => {
    it('a write that throws leaves nothing', async () => {
      const { store } = subject;
      const failed = store.write(async repositories => {
        await plant(repositories, 'E001');
        await repositories.meta.put('a', 'b');
        throw new Error('half way');
      });
      await expect(failed).rejects.toThrow('half way');
      await store.read(async ({ schedule, meta }) => {
        expect(await schedule.productions()).toEqual([]);
        expect(await meta.get('a')).toBeNull();
      });
    });

    it('two writers in one process take turns', async () => {
      const { store } = subject;
      const order: string[] = [];
      const writer = (name: string) =>
        store.write(async ({ meta }) => {
          order.push(`${name} begins`);
          for (let n = 0; n < 5; n += 1) await meta.put(name, String(n));
          order.push(`${name} ends`);
        });
      await Promise.all([writer('one'), writer('two'), writer('three')]);
      // Who comes first is open where each has a connection of its own; that each ends before the next begins is not.
      const first = order.filter(line => line.endsWith('begins')).map(line => line.split(' ')[0]);
      expect(first.toSorted()).toEqual(['one', 'three', 'two']);
      expect(order).toEqual(first.flatMap(name => [`${name} begins`, `${name} ends`]));
    });

    it('many writers at once lose no count', async () => {
      const { store } = subject;
      await Promise.all(Array.from({ length: 8 }, () => countUp(store, 5)));
      expect(await store.read(({ meta }) => meta.get('counter'))).toBe('40');
    });

    it('a reader never sees half a write, and one state throughout', async () => {
      const { store } = subject;
      await store.write(({ meta }) => meta.put('a', '0'));
      const write = store.write(async ({ meta }) => {
        await meta.put('a', '1');
        await meta.counts();
        await meta.put('b', '1');
      });
      const seen = await Promise.all(
        Array.from({ length: 6 }, () =>
          store.read(async ({ meta }) => {
            const a = await meta.get('a');
            await meta.counts();
            return `${a} ${await meta.get('b')}`;
          }),
        ),
      );
      await write;
      for (const pair of seen) expect(['0 null', '1 1']).toContain(pair);
      expect(await store.read(({ meta }) => meta.get('b'))).toBe('1');
    });

    it('a write inside a write is refused instead of waiting for itself', async () => {
      const { store } = subject;
      const inner = store.write(() => store.write(({ meta }) => meta.put('a', '1')));
      await expect(inner).rejects.toThrow('inside another transaction');
      await expect(store.write(() => store.read(({ meta }) => meta.get('a')))).rejects.toThrow('inside store.write');
      expect(await store.read(() => store.read(({ meta }) => meta.get('a')))).toBeNull();
    });

    it('work started inside a write may write once that is over', async () => {
      const { store } = subject;
      let later = Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      await store.write(async () => {
        later = promise.then(() => store.write(({ meta }) => meta.put('a', '1')));
      });
      resolve();
      await later;
      expect(await store.read(({ meta }) => meta.get('a'))).toBe('1');
    });

    it.runIf(shared)('two processes on one store lose no count', async () => {
      const { store, url } = subject;
      const script = join(import.meta.dirname, 'counter.ts');
      const child = spawn(process.execPath, [script, url, '200'], { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = once(child, 'exit');
      await countUp(store, 200);
      expect(await ended).toEqual([0, null]);
      expect(await store.read(({ meta }) => meta.get('counter'))).toBe('400');
    });

    it.runIf(shared)('a store opened twice shows each the work of the other', async () => {
      const { store, url } = subject;
      await using other = await openStore(url);
      await store.write(repositories => plant(repositories, 'E001'));
      const before = await other.read(({ schedule }) => schedule.snapshot(production));
      expect([...before.events.keys()]).toEqual(['E001']);
      const moved = event('E001', 2, 'Moved');
      await store.write(({ schedule }) => schedule.putEvent(moved, versionOf(moved), 1));
      const after = await other.read(({ schedule }) => schedule.snapshot(production));
      expect(after.events.get(eventId('E001'))).toEqual(moved);
    });

    it.runIf(shared)('many open the new store at once', async () => {
      const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(subject.url)));
      for (const store of stores) await store[Symbol.asyncDispose]();
    });
  });
}
