import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outlookZone } from '../../../connectors/microsoft/zones.ts';
import type { Fields } from '../../../src/model/face.ts';
import { brandId } from '../../../src/model/ids.ts';
import { rangeOf, type ZoneName } from '../../../src/model/when.ts';
import { creationOf } from '../../contract/bench.ts';
import { timed } from '../../contract/faces.ts';
import { type Outlook, openOutlook } from './outlook.ts';

let outlook: Outlook;
beforeEach(async () => {
  outlook = await openOutlook();
});
afterEach(() => outlook[Symbol.asyncDispose]());

const allDay = (zone: string): Fields => ({
  when: {
    kind: 'all-day',
    start: brandId('2027-03-14'),
    end: brandId('2027-03-15'),
    zone: brandId(zone),
  },
});

describe('whole days', () => {
  it.each(['America/Los_Angeles', 'Europe/London', 'Australia/Sydney'])(
    'S41 a hold on 14 March given in %s is 14 March, one day long',
    async zone => {
      const item = await outlook.place(1, allDay(zone));
      expect(item.face.when).toMatchObject(allDay(zone).when ?? {});
      const { start, end, isAllDay } = outlook.hand.get(item.remoteId)?.fields.times ?? {};
      expect([start, end, isAllDay]).toEqual(['2027-03-14T00:00:00', '2027-03-15T00:00:00', true]);
    },
  );

  it('S42 become a timed event and whole days again', async () => {
    const item = await outlook.place(1, allDay('Europe/London'));
    const when = timed('2027-03-14T09:00:00', '2027-03-14T10:00:00');
    const change = { ...creationOf(1), fields: { when } };
    const { observed } = await outlook.session.update(item, change);
    expect(observed?.face.when).toEqual(when);
    const back = await outlook.session.update(await outlook.look(item), {
      ...change,
      fields: allDay('Europe/London'),
    });
    expect(back.observed?.face.when).toEqual(item.face.when);
  });

  it("of a person's own stay their dates wherever they were entered", async () => {
    const at = (day: string) => ({ dateTime: `${day}T00:00:00`, timeZone: 'Pacific Standard Time' });
    outlook.hand.add({ subject: 'Away', start: at('2027-03-14'), end: at('2027-03-16'), isAllDay: true });
    const { items } = await outlook.read(null);
    expect(items).toMatchObject([{ face: { when: { kind: 'all-day', start: '2027-03-14', end: '2027-03-16' } } }]);
  });
});

describe('time zones', () => {
  it('S43 a weekly meeting at 09:00 in London is in a named zone, so that it stays at 09:00 when clocks change', async () => {
    const when = timed('2027-03-15T09:00:00', '2027-03-15T10:00:00');
    const item = await outlook.place(1, { when, series: { rrule: 'FREQ=WEEKLY;COUNT=6', exdates: [], overrides: [] } });
    expect(outlook.hand.get(item.remoteId)?.fields.times).toMatchObject({
      start: '2027-03-15T09:00:00',
      zone: { shown: 'GMT Standard Time' },
    });
    expect(item.face.when).toEqual(when);
  });

  const own = (timeZone: string) => ({
    subject: 'Dentist',
    start: { dateTime: '2027-06-16T08:00:00', timeZone },
    end: { dateTime: '2027-06-16T09:00:00', timeZone },
  });
  const readOne = async () => {
    const [item] = (await outlook.read(null)).items;
    if (item?.kind !== 'present') throw new Error('not there');
    return item;
  };

  it.each([
    ['Pacific Standard Time', 'America/Los_Angeles'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['Europe/Paris', 'Europe/Paris'],
  ])('S44 the zone %s is read as %s', async (name, zone) => {
    outlook.hand.add(own(name));
    expect(await readOne()).toMatchObject({
      face: { when: timed('2027-06-16T08:00:00', '2027-06-16T09:00:00', zone) },
      remark: null,
    });
  });

  it.each(['tzone://Microsoft/Custom', 'Customized Time Zone', ''])(
    'S44 an event in the zone "%s", which means nothing, keeps its instant and is flagged, never silently taken as UTC',
    async shown => {
      const id = outlook.hand.add(own('Eastern Standard Time'));
      renameZone(id, shown);
      const item = await readOne();
      expect(item.remark).toBe('zone-guessed');
      expect(item.face.when.zone).toBe('Europe/London');
      expect(rangeOf(item.face.when).from).toBe(Date.parse('2027-06-16T12:00:00Z'));
    },
  );

  it('S44 a series in such a zone is flagged as well', async () => {
    const pattern = { type: 'weekly' as const, interval: 1, daysOfWeek: ['wednesday' as const] };
    const range = { type: 'numbered' as const, startDate: '2027-06-16', numberOfOccurrences: 3 };
    const padding = { month: 0, dayOfMonth: 0, firstDayOfWeek: 'sunday' as const, index: 'first' as const };
    const recurrence = { pattern: { ...pattern, ...padding }, range: { ...range, endDate: '0001-01-01' } };
    renameZone(outlook.hand.add({ ...own('Eastern Standard Time'), recurrence }), 'tzone://Microsoft/Custom');
    expect(await readOne()).toMatchObject({
      remark: 'zone-guessed',
      face: { series: { rrule: 'FREQ=WEEKLY;BYDAY=WE;COUNT=3' } },
    });
  });

  it('a person abroad who drags our event leaves it in its own zone', async () => {
    const item = await outlook.place(1, { when: timed('2027-06-16T08:00:00', '2027-06-16T09:00:00') });
    const { start, end } = own('Pacific Standard Time');
    outlook.hand.edit(item.remoteId, { start, end });
    expect((await outlook.look(item)).face.when).toEqual(timed('2027-06-16T16:00:00', '2027-06-16T17:00:00'));
  });

  it.each(['Europe/Kyiv', 'Europe/London', 'America/Nuuk', 'Asia/Kolkata', 'UTC'])('%s has a Windows name', zone => {
    expect(outlookZone(brandId<ZoneName>(zone))).toMatch(/ Standard Time$|^UTC$/);
  });

  it('a zone that Windows has not goes by its own name', () => {
    expect(outlookZone(brandId<ZoneName>('Antarctica/Troll'))).toBe('Antarctica/Troll');
  });

  it('the first of the two hours on the night when clocks go back is the first in Outlook too', async () => {
    const when = timed('2027-10-31T01:30:00', '2027-10-31T03:00:00');
    const item = await outlook.place(1, { when });
    expect(item.face.when).toEqual(when);
    expect(outlook.hand.get(item.remoteId)?.fields.times).toMatchObject({ start: '2027-10-31T00:30:00' });
  });
});

/** As Outlook does for a zone that somebody has made by hand. */
function renameZone(id: string, shown: string): void {
  const event = outlook.hand.get(id);
  if (event === null) throw new Error('not there');
  const { times } = event.fields;
  const zone = { ...times.zone, shown };
  Object.assign(event.fields, { times: { ...times, zone, endZone: zone } });
  if (event.recurrence) event.recurrence.range.recurrenceTimeZone = shown;
}
