import { describe, expect, it } from 'vitest';
import { brandId } from '../../src/model/ids.ts';
import {
  attempt,
  attemptId,
  busyBlock,
  calendarId,
  copy,
  eventId,
  gone,
  link,
  personId,
  present,
  production,
  remoteId,
  unreadable,
} from './samples.ts';
import type { Subject } from './store-suite.ts';

const home = calendarId('C06-caldav');
const many = Array.from({ length: 5_000 }, (_, n) => `i${String(n).padStart(4, '0')}`);

export function copySuite(subject: Subject): void {
  const sights = () => subject.store.read(({ copies }) => copies.sights(home));
  const unseen = (stamp: string) => subject.store.read(({ copies }) => copies.unseen(home, stamp));

  describe('observations', () => {
    it('each replaces the last of its item', async () => {
      const { store } = subject;
      await store.write(({ copies }) => copies.putSights(home, [present('a'), present('b')], [], null, 1));
      await store.write(({ copies }) => copies.putSights(home, [gone('a'), unreadable('c')], [], null, 2));
      expect(await sights()).toEqual([
        { calendarId: home, seenAt: 2, observed: gone('a') },
        { calendarId: home, seenAt: 1, observed: present('b') },
        { calendarId: home, seenAt: 2, observed: unreadable('c') },
      ]);
    });

    it('an item told twice in one page is as told last', async () => {
      await subject.store.write(({ copies }) => copies.putSights(home, [present('a', 'x'), gone('a')], [], null, 1));
      expect((await sights()).map(sight => sight.observed)).toEqual([gone('a')]);
    });

    it('what a snapshot did not show is unseen; unchanged items count as shown, gone ones never do', async () => {
      const { store } = subject;
      await store.write(async ({ copies }) => {
        await copies.putSights(
          home,
          ['a', 'b', 'c'].map(id => present(id)),
          [],
          's1',
          1,
        );
        await copies.putSights(home, [gone('d'), unreadable('e')], [], null, 1);
        await copies.putSights(calendarId('other'), [present('z')], [], null, 1);
      });
      expect(await unseen('s1')).toEqual(['e']);
      await store.write(({ copies }) => copies.putSights(home, [present('a', 'two')], [remoteId('b')], 's2', 2));
      expect(await unseen('s2')).toEqual(['c', 'e']);
      expect((await sights()).map(sight => sight.seenAt)).toEqual([2, 1, 1, 1, 1]);
    });

    it('forgotten items are not known any more', async () => {
      const { store } = subject;
      await store.write(({ copies }) => copies.putSights(home, [present('a'), present('b')], [], null, 1));
      await store.write(({ copies }) => copies.forget(home, [remoteId('a'), remoteId('nobody')]));
      expect((await sights()).map(sight => sight.observed.remoteId)).toEqual(['b']);
    });

    it('five thousand items in one go', async () => {
      const { store } = subject;
      await store.write(({ copies }) =>
        copies.putSights(
          home,
          many.map(id => present(id)),
          [],
          's1',
          1,
        ),
      );
      await store.write(({ copies }) => copies.putSights(home, [], many.slice(1).map(remoteId), 's2', 2));
      expect(await unseen('s2')).toEqual(['i0000']);
      await store.write(({ copies }) => copies.forget(home, many.slice(0, 4_999).map(remoteId)));
      expect((await sights()).map(sight => sight.observed)).toEqual([present('i4999')]);
    });
  });

  describe('copies', () => {
    it('one of each event and calendar, the last put', async () => {
      const { store } = subject;
      await store.write(({ copies }) => copies.putCopies([copy(home, 'E002'), copy(home, 'E001')]));
      await store.write(({ copies }) => copies.putCopies([copy(home, 'E001', 2), copy('other', 'E001')]));
      const held = await store.read(({ copies }) => copies.copies(home));
      expect(held).toEqual([copy(home, 'E001', 2), copy(home, 'E002')]);
    });

    it('the copies of an event are those of its own production', async () => {
      const { store } = subject;
      await store.write(async ({ calendars, copies }) => {
        await calendars.putLink(link(home));
        await calendars.putLink(link('C07', 'C07'));
        await calendars.putLink({ ...link('foreign'), production: brandId<typeof production>('OTHER') });
        await copies.putCopies([home, 'C07', 'foreign'].map(id => copy(id, 'E001')));
      });
      const found = await store.read(({ copies }) => copies.copiesOfEvent(production, eventId('E001')));
      expect(found.map(one => one.calendarId)).toEqual([home, 'C07']);
    });

    it('five thousand copies in one go', async () => {
      const { store } = subject;
      await store.write(({ copies }) => copies.putCopies(many.map(id => copy(home, id))));
      expect(await store.read(({ copies }) => copies.copies(home))).toHaveLength(5_000);
    });
  });

  describe('attempts', () => {
    it('stay open until closed, oldest first', async () => {
      const { store } = subject;
      await store.write(({ copies }) => copies.addAttempts([attempt('x', 3), attempt('y', 1), attempt('z', 2)]));
      await store.write(async ({ copies }) => {
        await copies.closeAttempts([attemptId('z')], 'refused');
        await copies.closeAttempts([], 'done');
      });
      expect(await store.read(({ copies }) => copies.openAttempts(home))).toEqual([attempt('y', 1), attempt('x', 3)]);
    });
  });

  describe('busy times', () => {
    const busy = (from: number, to: number, people?: readonly string[]) =>
      subject.store.read(({ copies }) => copies.busy(production, { from, to }, people?.map(personId)));

    it('are found by person and span, the ends not touching', async () => {
      const { store } = subject;
      await store.write(async ({ calendars, copies }) => {
        await calendars.putLink(link(home));
        await calendars.putLink(link('C07', 'C07'));
        await copies.putBusy(home, [{ item: remoteId('a'), blocks: [busyBlock(10, 20), busyBlock(40, 50)] }]);
        await copies.putBusy(calendarId('C07'), [{ item: remoteId('a'), blocks: [busyBlock(15, 25)] }]);
      });
      const first = { ...busyBlock(10, 20), person: 'C06', calendar: home };
      const second = { ...busyBlock(15, 25), person: 'C07', calendar: 'C07' };
      expect(await busy(0, 30)).toEqual([first, second]);
      expect(await busy(20, 40)).toEqual([second]);
      expect(await busy(0, 100, ['C07'])).toEqual([second]);
      expect(await busy(0, 100, [])).toEqual([]);
    });

    it('of an item are replaced together, and cleared with the calendar', async () => {
      const { store } = subject;
      await store.write(async ({ calendars, copies }) => {
        await calendars.putLink(link(home));
        const blocks = [busyBlock(10, 20), busyBlock(30, 40)];
        await copies.putBusy(home, [
          { item: remoteId('a'), blocks },
          { item: remoteId('b'), blocks: [busyBlock(50, 60)] },
        ]);
        await copies.putBusy(home, [{ item: remoteId('a'), blocks: [busyBlock(11, 12)] }]);
      });
      expect((await busy(0, 100)).map(block => block.from)).toEqual([11, 50]);
      await store.write(({ copies }) => copies.putBusy(home, [{ item: remoteId('b'), blocks: [] }]));
      expect((await busy(0, 100)).map(block => block.from)).toEqual([11]);
      await store.write(({ copies }) => copies.clearBusy(home));
      expect(await busy(0, 100)).toEqual([]);
    });
  });
}
