import { describe, expect, it } from 'vitest';
import { brandId, type ProductionId } from '../../src/model/ids.ts';
import { eventId, production, reply } from './samples.ts';
import type { Subject } from './store-suite.ts';

export function replySuite(subject: Subject): void {
  describe('replies', () => {
    it('are kept by event, in the order in which they were received', async () => {
      const { store } = subject;
      const [first, second] = [reply('b', { at: 9, receivedAt: 10 }), reply('a', { at: 5, receivedAt: 20 })];
      const elsewhere = brandId<ProductionId>('OTHER');
      await store.write(async ({ replies }) => {
        await replies.put(second);
        await replies.put(first);
        await replies.put(reply('c', { event: eventId('E002') }));
        await replies.put(reply('d', { production: elsewhere }));
      });
      await store.read(async ({ replies }) => {
        expect(await replies.of(production, eventId('E001'))).toEqual([first, second]);
        expect(await replies.of(elsewhere, eventId('E001'))).toHaveLength(1);
        expect(await replies.of(production, eventId('E003'))).toEqual([]);
      });
    });

    it('stay as they were put first', async () => {
      const { store } = subject;
      await store.write(({ replies }) => replies.put(reply('a')));
      await store.write(({ replies }) => replies.put(reply('a', { answer: 'declined' })));
      expect(await store.read(({ replies }) => replies.of(production, eventId('E001')))).toEqual([reply('a')]);
    });
  });
}
