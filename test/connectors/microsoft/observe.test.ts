import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { occurrences } from '../../../src/ical/expand.ts';
import type { Fields } from '../../../src/model/face.ts';
import { brandId } from '../../../src/model/ids.ts';
import { creationOf, knowing, now } from '../../contract/bench.ts';
import { timed } from '../../contract/faces.ts';
import { anna } from '../../contract/microsoft-bench.ts';
import { type Outlook, openOutlook } from './outlook.ts';

let outlook: Outlook;
beforeEach(async () => {
  outlook = await openOutlook();
});
afterEach(() => outlook[Symbol.asyncDispose]());

const weekly: Fields = {
  when: timed('2027-03-15T09:00:00', '2027-03-15T10:00:00'),
  series: { rrule: 'FREQ=WEEKLY;COUNT=6', exdates: [], overrides: [] },
};
const utc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
const hour = (day: string) => ({ start: utc(`${day}T10:00:00`), end: utc(`${day}T11:00:00`) });

describe('changes since a cursor', () => {
  it.each([true, false])('S53 show a date that was deleted from a series (told by the series: %s)', async tells => {
    outlook.sandbox.world.switches.tellsCancelled = tells;
    const item = await outlook.place(1, weekly);
    const { next } = await outlook.read(null);
    outlook.hand.removeInstance(item.remoteId, '2027-04-05T09:00:00');
    const { items } = await outlook.read(next);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ face: { title: item.face.title, series: { exdates: ['2027-04-05T09:00:00'] } } });
  });

  it('S51 show one date moved as a change of that date alone', async () => {
    const item = await outlook.place(1, weekly);
    const { next } = await outlook.read(null);
    const { start, end } = hour('2027-03-23');
    outlook.hand.editInstance(item.remoteId, '2027-03-22T09:00:00', { start, end });
    const { items } = await outlook.read(next);
    const when = timed('2027-03-23T10:00:00', '2027-03-23T11:00:00');
    const { title, place, notes, busy } = item.face;
    const overrides = [{ occurrence: '2027-03-22T09:00:00', face: { when, title, place, notes, busy } }];
    expect(items).toMatchObject([{ face: { ...item.face, series: { ...item.face.series, overrides } } }]);
  });

  it('show a series moved to another time once, and none of its old occurrences', async () => {
    const item = await outlook.place(1, weekly);
    const { next } = await outlook.read(null);
    outlook.hand.edit(item.remoteId, { start: utc('2027-03-15T13:00:00'), end: utc('2027-03-15T14:00:00') });
    const { items } = await outlook.read(next);
    expect(items.map(({ kind, remoteId }) => [kind, remoteId])).toEqual([['present', item.remoteId]]);
  });

  it('a removal outside the window is no deletion until the item itself is asked for', async () => {
    const { next } = await outlook.read(null);
    const far = outlook.hand.add({ subject: 'Next year', ...hour('2029-06-01') });
    const { items } = await outlook.read(next);
    expect(items).toMatchObject([{ kind: 'present', remoteId: far }]);
  });

  it('an item that a person drags far away is still there, and one dragged into another calendar is not', async () => {
    const [far, moved] = [await outlook.place(1), await outlook.place(2)];
    const { next } = await outlook.read(null);
    outlook.hand.edit(far.remoteId, hour('2029-06-01'));
    outlook.hand.move(moved.remoteId, outlook.sandbox.world.addCalendar(anna.address, 'Private'));
    const { items } = await outlook.read(next);
    expect(items).toContainEqual({ kind: 'gone', remoteId: moved.remoteId });
    expect(items).toContainEqual(expect.objectContaining({ kind: 'present', remoteId: far.remoteId }));
  });

  it('an item taken out of Deleted Items is ours again, under its old id', async () => {
    const item = await outlook.place();
    outlook.hand.remove(item.remoteId);
    const { next } = await outlook.read(null);
    outlook.hand.restore(item.remoteId);
    const { items } = await outlook.read(next);
    expect(items).toMatchObject([{ remoteId: item.remoteId, marker: item.marker, face: item.face }]);
  });

  it('a touch that changes nothing shows the same face under another tag', async () => {
    const item = await outlook.place();
    const { next } = await outlook.read(null);
    outlook.hand.touch(item.remoteId);
    const { items } = await outlook.read(next);
    expect(items).toMatchObject([{ face: item.face, marker: item.marker }]);
    expect(items[0]?.kind === 'present' && items[0].tag).not.toBe(item.tag);
  });

  it('a copy that a person makes of our item carries the mark under another id', async () => {
    const item = await outlook.place();
    const { next } = await outlook.read(null);
    const copy = outlook.hand.duplicate(item.remoteId);
    const { items } = await outlook.read(next);
    expect(items).toMatchObject([{ remoteId: copy, marker: item.marker }]);
    const [seen] = items;
    if (seen?.kind !== 'present') throw new Error('not there');
    const { observed } = await outlook.session.unmark(seen);
    expect(observed).toMatchObject({ marker: null, face: item.face });
    expect(observed?.uid).not.toBe(creationOf(1).uid);
    expect(await outlook.session.find(creationOf(1))).toMatchObject({ remoteId: item.remoteId });
  });
});

describe('a round', () => {
  it('is followed to its end over pages of which one is empty, and known items in it are unchanged', async () => {
    const items = [await outlook.place(1), await outlook.place(2, weekly)];
    const known = knowing(items.map(({ remoteId, tag }) => [remoteId, tag]));
    expect(await outlook.read(null, 400, known)).toMatchObject({ kind: 'snapshot', items: [] });
  });

  it('that repeats itself for ever is given up, and proves nothing', async () => {
    await outlook.place();
    outlook.sandbox.world.switches.endlessPages = true;
    await expect(outlook.read(null)).rejects.toMatchObject({ kind: 'protocol' });
    expect(outlook.log.length).toBeLessThan(12);
  });

  it('is made anew when the window has moved beyond it, and names nothing as gone', async () => {
    const item = await outlook.place();
    const { next } = await outlook.read(null, 400);
    expect((await outlook.read(next, 420)).kind).toBe('delta');
    const later = await outlook.read(next, 500);
    expect(later.kind).toBe('snapshot');
    expect(later.items).toMatchObject([{ kind: 'present', remoteId: item.remoteId }]);
  });

  it('is made anew after a week, because a delta forgets things', async () => {
    const { next } = await outlook.read(null);
    const position = JSON.parse(String(next));
    const old = brandId<NonNullable<typeof next>>(JSON.stringify({ ...position, at: now - 7 * 86_400_000 }));
    expect((await outlook.read(old)).kind).toBe('snapshot');
  });

  it('made anew still names our copies that lie outside its window, or have no date left in it', async () => {
    const [far, empty] = [await outlook.place(1), await outlook.place(2, weekly)];
    outlook.hand.edit(far.remoteId, hour('2029-06-01'));
    for (const { occurrence } of occurrences(empty.face.when, empty.face.series, { from: 0, to: now * 2 }, 9).starts) {
      outlook.hand.removeInstance(empty.remoteId, occurrence);
    }
    const { items } = await outlook.read(null);
    expect(items.map(({ kind, remoteId }) => [kind, remoteId])).toEqual([
      ['present', far.remoteId],
      ['present', empty.remoteId],
    ]);
  });

  it('of a calendar that was replaced by an empty one says that its cursor is no good', async () => {
    await outlook.place();
    const { next } = await outlook.read(null);
    outlook.hand.wipe();
    await expect(outlook.read(next)).rejects.toMatchObject({ kind: 'cursor-expired' });
    expect(await outlook.read(null)).toMatchObject({ kind: 'snapshot', items: [] });
  });

  it('cut off by a failing server in its middle stores no cursor', async () => {
    for (let number = 1; number <= 3; number += 1) await outlook.place(number);
    const { next } = await outlook.read(null);
    for (let number = 1; number <= 3; number += 1)
      outlook.hand.touch((await outlook.session.find(creationOf(number)))!.remoteId);
    outlook.sandbox.fail({ method: 'POST', path: /batch/, reply: { status: 503 } });
    await expect(outlook.read(next)).rejects.toMatchObject({ kind: 'unavailable' });
    expect((await outlook.read(next)).items).toHaveLength(3);
  });
});

describe('a calendar that is not there', () => {
  it('says so, and not that its items are gone', async () => {
    const calendar = outlook.sandbox.world.calendar(anna.address, null);
    const item = await outlook.place();
    const { next } = await outlook.read(null);
    outlook.sandbox.world.removeCalendar(calendar.id);
    const gone = { kind: 'gone', detail: { scope: 'calendar' } };
    await expect(outlook.read(next)).rejects.toMatchObject(gone);
    await expect(outlook.session.look([item.remoteId])).rejects.toMatchObject(gone);
    const update = outlook.session.update(item, { ...creationOf(1), fields: { title: 'x' } });
    await expect(update).rejects.toMatchObject(gone);
    await expect(outlook.session.remove(item)).rejects.toMatchObject(gone);
  });

  it.each([
    ['denied', 'forbidden', /administrator/],
    ['unlicensed', 'unavailable', /licence/],
  ] as const)(
    'a mailbox that is %s is told as %s, and its items are not taken for gone',
    async (which, kind, message) => {
      const item = await outlook.place();
      const { next } = await outlook.read(null);
      outlook.sandbox.world.switches[which].add(anna.address);
      const error = { kind, message: expect.stringMatching(message), outcome: expect.any(String) };
      await expect(outlook.read(next)).rejects.toMatchObject(error);
      await expect(outlook.session.look([item.remoteId])).rejects.toMatchObject({ kind });
    },
  );

  it('a user who was deleted ends the link until somebody mends it', async () => {
    outlook.sandbox.world.users.delete(anna.address);
    await expect(outlook.read(null)).rejects.toMatchObject({
      kind: 'reconnect',
      message: expect.stringContaining('link another one'),
    });
  });
});
