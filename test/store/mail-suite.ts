import { describe, expect, it } from 'vitest';
import { brandId, type FindingId, type OutboxId } from '../../src/model/ids.ts';
import { calendarId, eventId, finding, message, production, told } from './samples.ts';
import type { Subject } from './store-suite.ts';

export function mailSuite(subject: Subject): void {
  describe('findings', () => {
    it('are listed by production and calendar, by state, oldest first', async () => {
      const { store } = subject;
      const first = finding('f1', 'k1', { openedAt: 5 });
      const second = finding('f2', 'k2', { openedAt: 3, state: 'closed', calendar: null });
      await store.write(async ({ findings }) => {
        await findings.put(first);
        await findings.put(second);
      });
      await store.read(async ({ findings }) => {
        expect(await findings.list(production)).toEqual([second, first]);
        expect(await findings.list(production, 'open')).toEqual([first]);
        expect(await findings.ofCalendar(calendarId('C06-caldav'))).toEqual([first]);
        expect(await findings.ofCalendar(calendarId('C06-caldav'), 'closed')).toEqual([]);
        expect(await findings.get(second.id)).toEqual(second);
        expect(await findings.get(brandId<FindingId>('none'))).toBeNull();
        expect(await findings.byKey(production, 'k1')).toEqual(first);
        expect(await findings.byKey(production, 'none')).toBeNull();
      });
    });

    it('one problem is one card', async () => {
      const { store } = subject;
      await store.write(({ findings }) => findings.put(finding('f1', 'k1')));
      await store.write(({ findings }) => findings.put(finding('f1', 'k1', { state: 'decided' })));
      await expect(store.write(({ findings }) => findings.put(finding('f2', 'k1')))).rejects.toThrow();
      expect(await store.read(({ findings }) => findings.list(production))).toMatchObject([{ state: 'decided' }]);
    });
  });

  describe('mail', () => {
    it('what each reader was last told of each event', async () => {
      const { store } = subject;
      const agent = {
        ...told('E001', 'C06'),
        reader: { person: told('x', 'A01').reader.person, about: told('x', 'C06').reader.about },
      };
      await store.write(async ({ mail }) => {
        await mail.putTold(told('E001', 'C06'));
        await mail.putTold(agent);
        await mail.putTold(told('E002', 'C06'));
        await mail.putTold(told('E001', 'C06', 4));
      });
      expect(await store.read(({ mail }) => mail.toldOf(production, eventId('E001')))).toEqual([
        agent,
        told('E001', 'C06', 4),
      ]);
      expect(await store.read(({ mail }) => mail.told(production))).toHaveLength(3);
    });

    it('messages are listed newest first, by state', async () => {
      const { store } = subject;
      const put = [
        message('a', { createdAt: 1 }),
        message('b', { createdAt: 3, state: 'sent' }),
        message('c', { createdAt: 2 }),
      ];
      await store.write(({ mail }) => mail.putMessages(put));
      await store.write(({ mail }) => mail.putMessages([message('a', { createdAt: 1, state: 'failed', tries: 2 })]));
      const ids = (...states: Parameters<typeof message>[1][]) =>
        store.read(async ({ mail }) => {
          const wanted = states.flatMap(change => change?.state ?? []);
          const found = await mail.messages(production, states.length > 0 ? wanted : undefined);
          return found.map(one => one.id).join('');
        });
      expect(await ids()).toBe('bca');
      expect(await ids({ state: 'failed' }, { state: 'held' })).toBe('ca');
      expect(await store.read(({ mail }) => mail.message(brandId<OutboxId>('a')))).toMatchObject({ tries: 2 });
      expect(await store.read(({ mail }) => mail.message(brandId<OutboxId>('z')))).toBeNull();
      expect(await store.read(({ mail }) => mail.messages(production, []))).toEqual([]);
    });

    it('due are those whose time has come and those a run left behind, oldest first', async () => {
      const { store } = subject;
      await store.write(({ mail }) =>
        mail.putMessages([
          message('late', { state: 'due', dueAt: 20 }),
          message('early', { state: 'due', dueAt: 10 }),
          message('later', { state: 'due', dueAt: 21 }),
          message('cut', { state: 'sending', dueAt: 5 }),
          message('odd', { state: 'unknown', dueAt: 6 }),
          message('held', { state: 'held', dueAt: 1 }),
          message('sent', { state: 'sent', dueAt: 1 }),
        ]),
      );
      const due = (limit: number) =>
        store.read(async ({ mail }) => (await mail.dueMessages(20, limit)).map(one => one.id));
      expect(await due(10)).toEqual(['cut', 'odd', 'early', 'late']);
      expect(await due(1)).toEqual(['cut']);
    });
  });
}
