/** Reading a Google calendar: the traps of reference/google-calendar.md section 22. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { busyBlocks } from '../../../src/ical/expand.ts';
import type { Present } from '../../../src/model/copy.ts';
import { brandId } from '../../../src/model/ids.ts';
import { creationOf, knowing, lookAt, presents, sweep } from '../../contract/bench.ts';
import { timed } from '../../contract/faces.ts';
import { type Desk, type Desks, errorOf, hourOn, openDesks } from './desk.ts';

let desks: Desks;
let desk: Desk;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.stop());
beforeEach(async () => {
  desk = await desks.sit();
  Object.assign(desks.sandbox.world.switches, { pageLimit: null, emptyPages: false });
  desks.asked();
});

const weekly = (title = 'Production meeting') => ({
  ...creationOf(1).face,
  title,
  when: timed('2027-03-15T09:00:00', '2027-03-15T10:00:00'),
  series: { rrule: 'FREQ=WEEKLY;COUNT=6', exdates: [], overrides: [] },
});
const placeSeries = async () => {
  const { remoteId } = await desk.session.create({ ...creationOf(1), face: weekly() });
  return { id: remoteId, next: (await sweep(desk.session, null)).next };
};
const year = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2028, 0, 1) };

describe('one occurrence', () => {
  it('S51 that a person moves is a change of that date only', async () => {
    const { id, next } = await placeSeries();
    const start = { dateTime: '2027-03-23T14:00:00Z', timeZone: 'Europe/London' };
    desk.hand.edit(`${id}_20270322T090000Z`, { start, end: { ...start, dateTime: '2027-03-23T15:00:00Z' } });
    const [seen] = presents((await sweep(desk.session, next)).items);
    expect(seen?.remoteId).toBe(id);
    expect(seen?.face.series).toMatchObject({
      rrule: 'FREQ=WEEKLY;COUNT=6',
      exdates: [],
      overrides: [
        { occurrence: '2027-03-22T09:00:00', face: { when: timed('2027-03-23T14:00:00', '2027-03-23T15:00:00') } },
      ],
    });
  });

  it('that a person deletes is left out, across the change of clocks too', async () => {
    const { id, next } = await placeSeries();
    desk.hand.remove(`${id}_20270329T080000Z`);
    const delta = await sweep(desk.session, next);
    expect(presents(delta.items)[0]?.face.series?.exdates).toEqual(['2027-03-29T09:00:00']);
    expect((await sweep(desk.session, delta.next)).items).toEqual([]);
  });

  it('that is put back, or was only given a colour, is as the series says', async () => {
    const { id, next } = await placeSeries();
    desk.hand.edit(`${id}_20270322T090000Z`, { colorId: '7' });
    desk.hand.remove(`${id}_20270405T080000Z`);
    desk.hand.edit(`${id}_20270405T080000Z`, { status: 'confirmed' });
    expect(presents((await sweep(desk.session, next)).items)[0]?.face.series).toEqual(weekly().series);
  });

  it('S54 comes before its series, page by page, and makes no stray event', async () => {
    const { id } = await placeSeries();
    desk.hand.edit(`${id}_20270322T090000Z`, { summary: 'Moved' });
    // Stored later, the series comes last.
    desk.hand.edit(id, { colorId: '3' });
    Object.assign(desks.sandbox.world.switches, { pageLimit: 1, emptyPages: true });
    const all = await sweep(desk.session, null);
    expect(all.pages).toBeGreaterThan(1);
    expect(presents(all.items).map(({ remoteId }) => remoteId)).toEqual([id]);
    expect(presents(all.items)[0]?.face.series?.overrides).toHaveLength(1);
  });

  it('S54 alone in a change brings its series with it', async () => {
    const { id, next } = await placeSeries();
    desk.hand.edit(`${id}_20270322T090000Z`, { summary: 'Theirs' });
    desks.asked();
    const delta = await sweep(desk.session, next);
    expect(presents(delta.items).map(({ remoteId }) => remoteId)).toEqual([id]);
    expect(desks.asked().length).toBeLessThanOrEqual(3);
    // Known by its tag, it is not handed on again, though its own etag never changed.
    const known = knowing(presents(delta.items).map(({ remoteId, tag }) => [remoteId, tag]));
    expect((await sweep(desk.session, next, known)).items).toEqual([]);
  });

  it('to which somebody was invited alone is an event by itself, and takes no mark along', async () => {
    const only = hourOn(9, {
      id: 'alone_20270309T100000Z',
      iCalUID: 'alone@google.com',
      recurringEventId: 'alone',
      originalStartTime: { dateTime: '2027-03-09T10:00:00Z' },
      extendedProperties: { private: { callboard: `${'0'.repeat(32)};v=1` } },
    });
    desk.hand.calendar.put({ status: 'confirmed', ...only });
    const [seen] = presents((await sweep(desk.session, null)).items);
    expect(seen).toMatchObject({ remoteId: 'alone_20270309T100000Z', marker: null, face: { series: null } });
  });

  it('S55 of hundreds is read in bounded time, and an endless rule with it', async () => {
    const start = { dateTime: '2024-01-01T09:00:00Z', timeZone: 'Europe/London' };
    const id = desk.hand.add({
      summary: 'Daily',
      start,
      end: { ...start, dateTime: '2024-01-01T09:30:00Z' },
      recurrence: ['RRULE:FREQ=DAILY'],
    });
    for (let day = 0; day < 729; day += 1) {
      const at = new Date(Date.UTC(2024, 0, 1, 9) + day * 86_400_000).toISOString();
      const stamp = at.slice(0, 19).replaceAll(/[-:]/g, '');
      const [, month] = stamp.match(/^\d{4}(\d\d)/) ?? [];
      if (Number(month) < 4)
        desk.hand.calendar.put({
          status: 'cancelled',
          id: `${id}_${stamp}Z`,
          iCalUID: `${id}@google.com`,
          recurringEventId: id,
          originalStartTime: { dateTime: at },
        });
    }
    const [seen] = presents((await sweep(desk.session, null)).items);
    expect(seen?.face.series?.exdates.length).toBeGreaterThan(150);
  });
});

describe('a series', () => {
  it('S52 that a person splits (“this and following”) ends earlier; the rest is another event with the mark copied', async () => {
    const { id, next } = await placeSeries();
    const rest = desk.hand.split(id, '2027-04-05T08:00:00Z', {
      start: { dateTime: '2027-04-05T10:00:00Z', timeZone: 'Europe/London' },
      end: { dateTime: '2027-04-05T11:00:00Z', timeZone: 'Europe/London' },
    });
    const items = presents((await sweep(desk.session, next)).items);
    expect(items.find(({ remoteId }) => remoteId === id)?.face.series?.rrule).toBe(
      'FREQ=WEEKLY;UNTIL=20270405T075959Z',
    );
    const second = items.find(({ remoteId }) => remoteId === rest);
    expect(second?.marker).toEqual(creationOf(1).marker);
    expect(second?.face.when).toEqual(timed('2027-04-05T11:00:00', '2027-04-05T12:00:00'));
    await desk.session.unmark(second!);
    expect(await lookAt(desk.session, brandId(rest))).toMatchObject({ marker: null, face: second!.face });
    expect((await lookAt(desk.session, id)).marker).toEqual(creationOf(1).marker);
  });

  it('that is deleted takes its changed dates along', async () => {
    const { id, next } = await placeSeries();
    desk.hand.edit(`${id}_20270322T090000Z`, { summary: 'Theirs' });
    desk.hand.remove(id);
    expect((await sweep(desk.session, next)).items).toEqual([{ kind: 'gone', remoteId: id }]);
    expect((await sweep(desk.session, null)).items).toEqual([]);
  });

  it('whose rule changes shows none of the dates that the old one left behind', async () => {
    const { id, next } = await placeSeries();
    desk.hand.edit(`${id}_20270322T090000Z`, { summary: 'Theirs' });
    desk.hand.edit(id, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TH'] });
    const [seen] = presents((await sweep(desk.session, next)).items);
    expect(seen?.face.series).toEqual({ rrule: 'FREQ=WEEKLY;BYDAY=TH;COUNT=3', exdates: [], overrides: [] });
  });

  it.each([
    ['a UTC one', 'EXDATE:20270329T080000Z'],
    ['one in its zone', 'EXDATE;TZID=Europe/London:20270329T090000'],
    ['one in another zone', 'EXDATE;TZID=America/New_York:20270329T040000'],
  ])('S56 with %s as EXDATE leaves out the same date', async (_name, line) => {
    const { id, next } = await placeSeries();
    desk.hand.edit(id, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=6', line] });
    expect(presents((await sweep(desk.session, next)).items)[0]?.face.series?.exdates).toEqual(['2027-03-29T09:00:00']);
  });

  it('of ours with single dates added is set aside with its reason; one of theirs is busy then', async () => {
    const { id, next } = await placeSeries();
    const lines = ['RRULE:FREQ=WEEKLY;COUNT=2', 'RDATE;TZID=Europe/London:20270317T140000'];
    desk.hand.edit(id, { recurrence: lines });
    const theirs = desk.hand.add(hourOn(1, { recurrence: lines }));
    const { items } = await sweep(desk.session, next);
    expect(items).toContainEqual(expect.objectContaining({ kind: 'unreadable', remoteId: id }));
    const busy = presents(items).find(({ remoteId }) => remoteId === theirs);
    expect(busyBlocks(busy!.face, busy!.blocks, year).map(({ from }) => new Date(from).toISOString())).toEqual([
      '2027-03-01T10:00:00.000Z',
      '2027-03-08T10:00:00.000Z',
      '2027-03-17T14:00:00.000Z',
    ]);
  });
});

describe('what the owner answered to an invitation', () => {
  const invitation = (organizer: object, ...guests: object[]) => {
    const id = desk.hand.add(hourOn(9));
    desk.hand.calendar.put({ ...desk.hand.find(id), organizer, attendees: guests });
  };
  const office = { email: 'schedule@tide.test' };

  it.each([
    ['accepted', { answer: 'accepted', at: null, comment: 'Gladly', attendee: null }],
    ['tentative', { answer: 'tentative', at: null, comment: 'Gladly', attendee: null }],
    ['declined', { answer: 'declined', at: null, comment: 'Gladly', attendee: null }],
    ['needsAction', null],
  ])('S86 is read: %s', async (responseStatus, response) => {
    const other = { email: 'friend@elsewhere.test', responseStatus: 'accepted' };
    invitation(office, other, { email: desk.user, self: true, responseStatus, comment: 'Gladly' });
    expect(presents((await sweep(desk.session, null)).items)).toMatchObject([{ response }]);
  });

  it('is nothing where the meeting is their own, or only others are asked', async () => {
    invitation({ email: desk.user, self: true }, { email: desk.user, self: true, responseStatus: 'accepted' });
    invitation(office, { email: 'friend@elsewhere.test', responseStatus: 'accepted' });
    const seen = presents((await sweep(desk.session, null)).items);
    expect(seen.map(({ response }) => response)).toEqual([null, null]);
  });
});

describe('busy time', () => {
  const blocksOf = (item: Present | undefined) => item && busyBlocks(item.face, item.blocks, year);
  const attendees = (responseStatus: string) => [
    { email: 'boss@tide.test', organizer: true, responseStatus: 'accepted' },
    { email: desk.user, self: true, responseStatus },
  ];

  it.each([
    ['an ordinary event', {}, 'busy'],
    ['S95 one shown as free', { transparency: 'transparent' }, 'none'],
    ['S95 a declined invitation', { guests: 'declined' }, 'none'],
    ['an invitation answered “maybe”', { guests: 'tentative' }, 'tentative'],
    ['an invitation not answered', { guests: 'needsAction' }, 'busy'],
    ['a tentative event', { status: 'tentative' }, 'tentative'],
    ['out of office', { eventType: 'outOfOffice' }, 'busy'],
    ['focus time', { eventType: 'focusTime' }, 'busy'],
    ['S95 a birthday', { eventType: 'birthday' }, 'none'],
    ['a working place', { eventType: 'workingLocation', transparency: 'transparent' }, 'none'],
  ] as const)('%s counts as such', async (_name, given, expected) => {
    const { guests, eventType, ...more } = given as Readonly<Record<string, string>>;
    const id = desk.hand.add(hourOn(9, more));
    const event = desk.hand.find(id);
    if (guests !== undefined) desk.hand.calendar.put({ ...event, attendees: attendees(guests) });
    if (eventType !== undefined) desk.hand.calendar.put({ ...event, eventType });
    const [seen] = presents((await sweep(desk.session, null)).items);
    const blocks = blocksOf(seen) ?? [];
    const what = blocks.length === 0 ? 'none' : blocks[0]?.tentative ? 'tentative' : 'busy';
    expect(what).toBe(expected);
    expect((await lookAt(desk.session, brandId(id))).blocks).toBe(expected !== 'none');
    if (expected !== 'none') expect(blocks[0]?.from).toBe(Date.parse('2027-03-09T10:00:00Z'));
  });

  it('of a calendar that shows only when its owner is busy is read all the same', async () => {
    desk.hand.add(hourOn(9));
    const id = 'shared@group.calendar.google.com';
    const shared = desks.sandbox.world.addCalendar('boss@tide.test', id, 'Shared');
    shared.roles.set(desk.user, 'freeBusyReader');
    shared.put({ ...desk.hand.find('Dentist'), id: 'theirs1' });
    const session = await desk.open({ calendar: id, mode: 'busy' });
    const [seen] = presents((await sweep(session, null)).items);
    expect(seen?.face.title).toBe('');
    expect(blocksOf(seen)).toHaveLength(1);
  });
});

describe('times', () => {
  it('come in the clocks of the calendar and are read in those of the event', async () => {
    const tokyo = await desks.sit('Asia/Tokyo');
    const start = { dateTime: '2027-03-16T08:00:00', timeZone: 'America/Los_Angeles' };
    const id = tokyo.hand.add({ summary: 'Away', start, end: { ...start, dateTime: '2027-03-16T18:00:00' } });
    expect(tokyo.hand.find(id).start?.dateTime).toBe('2027-03-17T00:00:00+09:00');
    const seen = await lookAt(tokyo.session, brandId(id));
    expect(seen.face.when).toEqual(timed('2027-03-16T08:00:00', '2027-03-16T18:00:00', 'America/Los_Angeles'));
  });

  it('in a zone that is not known are kept as instants, and say so', async () => {
    const id = desk.hand.add(hourOn(9));
    const start = { dateTime: '2027-03-09T10:00:00Z', timeZone: 'GMT+09:30 (custom)' };
    desk.hand.calendar.put({ ...desk.hand.find(id), start });
    const seen = await lookAt(desk.session, brandId(id));
    expect(seen).toMatchObject({
      remark: 'zone-guessed',
      face: { when: timed('2027-03-09T10:00:00', '2027-03-09T11:00:00') },
    });
  });

  it('in no zone that is known are read in the clocks of the calendar', async () => {
    const tokyo = await desks.sit('Asia/Tokyo');
    const id = tokyo.hand.add(hourOn(9));
    const start = { dateTime: '2027-03-09T10:00:00Z', timeZone: 'GMT+09:30 (custom)' };
    tokyo.hand.calendar.put({ ...tokyo.hand.find(id), start });
    const [seen] = presents((await sweep(tokyo.session, null)).items);
    expect(seen?.face.when).toEqual(timed('2027-03-09T19:00:00', '2027-03-09T20:00:00', 'Asia/Tokyo'));
  });

  it('S41 of whole days are those days in every zone, one day long', async () => {
    for (const zone of ['America/Los_Angeles', 'Europe/London', 'Australia/Sydney']) {
      const there = await desks.sit(zone);
      const when = { kind: 'all-day', start: '2027-03-14', end: '2027-03-15', zone: 'Europe/London' } as const;
      const { remoteId } = await there.session.create({
        ...creationOf(1),
        face: { ...creationOf(1).face, when: when as never },
      });
      expect(there.hand.find(remoteId)).toMatchObject({ start: { date: '2027-03-14' }, end: { date: '2027-03-15' } });
      expect((await lookAt(there.session, remoteId)).face.when).toEqual(when);
    }
  });

  it('S43 of a weekly meeting at 09:00 London stay at 09:00 across the last Sunday of March', async () => {
    await placeSeries();
    const shown = desk.hand.dates('2027-05-01T00:00:00Z').map(({ start }) => start?.dateTime);
    expect(shown.slice(0, 4)).toEqual([
      '2027-03-15T09:00:00Z',
      '2027-03-22T09:00:00Z',
      '2027-03-29T09:00:00+01:00',
      '2027-04-05T09:00:00+01:00',
    ]);
  });
});

describe('an event that goes', () => {
  it('S10 to another calendar of its owner is gone here, and found there with its mark under the same id', async () => {
    const { remoteId } = await desk.session.create(creationOf(1));
    const { next } = await sweep(desk.session, null);
    const other = desks.sandbox.world.addCalendar(desk.user, `c_${desk.user}@group.calendar.google.com`, 'Private');
    desk.hand.move(remoteId, other);
    expect((await sweep(desk.session, next)).items).toEqual([{ kind: 'gone', remoteId }]);
    const there = await desk.open({ calendar: other.id });
    expect(presents((await sweep(there, null)).items)[0]).toMatchObject({ remoteId, marker: creationOf(1).marker });
  });

  it('S9 while the sync token expires is missing from the full reading', async () => {
    const [kept, gone] = [await desk.session.create(creationOf(1)), await desk.session.create(creationOf(2))];
    const { next } = await sweep(desk.session, null);
    desk.hand.remove(gone.remoteId);
    desk.hand.calendar.expireTombstones();
    desks.sandbox.expireSyncTokens(desk.user);
    expect(await errorOf(sweep(desk.session, next))).toMatchObject({ kind: 'cursor-expired' });
    const all = await sweep(desk.session, null);
    expect(presents(all.items).map(({ remoteId }) => remoteId)).toEqual([kept.remoteId]);
  });

  it('and comes back, restored from the bin, is there again', async () => {
    const { remoteId } = await desk.session.create(creationOf(1));
    desk.hand.remove(remoteId);
    const { next } = await sweep(desk.session, null);
    desk.hand.edit(remoteId, { status: 'confirmed' });
    expect(presents((await sweep(desk.session, next)).items)[0]).toMatchObject({
      remoteId,
      marker: creationOf(1).marker,
    });
  });
});

describe('a change during the reading', () => {
  it('S71 is in the next one', async () => {
    desks.sandbox.world.switches.pageLimit = 1;
    for (const day of [1, 2, 3]) desk.hand.add(hourOn(day));
    let added = '';
    const door = {
      fetch: (async (input, init) => {
        const reply = await fetch(input, init);
        if (added === '' && String(input).includes('pageToken')) added = desk.hand.add(hourOn(9, { summary: 'Late' }));
        return reply;
      }) as typeof fetch,
    };
    const { next } = await sweep(await desk.open({}, door), null);
    expect(presents((await sweep(desk.session, next)).items).map(({ remoteId }) => remoteId)).toContain(added);
  });
});

describe('a calendar that may only be read', () => {
  it('says what its owner must do, and is read all the same where only busy time is wanted', async () => {
    const id = `ro_${desk.user}@group.calendar.google.com`;
    const shared = desks.sandbox.world.addCalendar('boss@tide.test', id, 'Shared');
    shared.roles.set(desk.user, 'reader');
    shared.put({ ...hourOn(9), id: 'theirs1', status: 'confirmed' });
    const error = await errorOf(sweep(await desk.open({ calendar: id }), null));
    expect(error).toMatchObject({ kind: 'forbidden', message: expect.stringContaining('Make changes to events') });
    expect((await sweep(await desk.open({ calendar: id, mode: 'busy' }), null)).items).toHaveLength(1);
    shared.roles.set(desk.user, 'writerWithoutPrivateAccess');
    expect((await sweep(await desk.open({ calendar: id }), null)).items).toHaveLength(1);
  });

  it('and is then shared no more is gone as a calendar, not as events', async () => {
    const id = `lost_${desk.user}@group.calendar.google.com`;
    const shared = desks.sandbox.world.addCalendar('boss@tide.test', id, 'Shared');
    shared.roles.set(desk.user, 'writer');
    const session = await desk.open({ calendar: id });
    const { remoteId } = await session.create(creationOf(1));
    const { next } = await sweep(session, null);
    shared.roles.delete(desk.user);
    const gone = { kind: 'gone', detail: { scope: 'calendar' } };
    expect(await errorOf(sweep(session, next))).toMatchObject(gone);
    expect(await errorOf(session.look([remoteId]))).toMatchObject(gone);
  });
});
