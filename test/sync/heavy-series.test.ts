/** Series that are endless, full of exceptions or beyond reading, in one calendar with everything else. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Override } from '../../src/model/event.ts';
import { brandId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';

import { appointment, type Office, openOffice, tide, timed } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const dayAfter = (count: number) => Temporal.PlainDate.from('2027-03-01').add({ days: count }).toString();
const compact = (text: string) => text.replaceAll(/[-:]/g, '');
const busy = () => office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }));

/** A daily series without end in which 729 dates were moved by an hour. */
function crowded(): string {
  const text = appointment('crowded', '20270301T090000Z', '20270301T093000Z', 'RRULE:FREQ=DAILY');
  const moved = Array.from({ length: 729 }, (_, n) => {
    const day = compact(dayAfter(n));
    const one = appointment('crowded', `${day}T100000Z`, `${day}T103000Z`, `RECURRENCE-ID:${day}T090000Z`);
    return /BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/.exec(one)?.[0] ?? '';
  });
  return text.replace('END:VCALENDAR', `${moved.join('')}END:VCALENDAR`);
}

describe('a calendar with heavy series of its owner', () => {
  it('S55 gives the busy times of the window, sets aside what never ends to be read, and places our own copy', async () => {
    office.add('C02', 'crowded.ics', crowded());
    const hanging = 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30';
    office.add('C02', 'hanging.ics', appointment('hanging', '20270301T140000Z', '20270301T150000Z', hanging));
    office.add('C02', 'plain.ics', appointment('plain', '20270302T160000Z', '20270302T170000Z'));
    await office.save('E1');
    expect(await office.sync('C02')).toMatchObject({ created: 1, failed: [] });
    const blocks = await busy();
    const window = 407;
    expect(blocks.length).toBeGreaterThan(390);
    expect(blocks.length).toBeLessThanOrEqual(window + 2);
    expect(blocks.some(({ from }) => from === Date.UTC(2027, 2, 2, 16))).toBe(true);
    expect(blocks.filter(({ from }) => new Date(from).getUTCHours() === 9)).toEqual([]);
    expect(await office.sync('C02')).toMatchObject({ updated: 0, requests: 1 });
  });
});

describe('a heavy series of ours', () => {
  const overrides = (count: number): Override[] =>
    Array.from({ length: count }, (_, n) => {
      const day = dayAfter(n);
      return {
        occurrence: brandId<OccurrenceStart>(`${day}T10:00:00`),
        status: 'changed',
        when: timed(`${day}T11:00`, `${day}T11:30`),
        venue: null,
        title: null,
        notes: null,
      };
    });
  const daily = { when: timed('2027-03-01T10:00', '2027-03-01T10:30'), rrule: 'FREQ=DAILY', title: 'Daily' };

  it('S55 with 729 changed dates is one item, one write an edit, and at rest', async () => {
    await office.save('E6', { ...daily, overrides: overrides(729) });
    expect(await office.sync('C02')).toMatchObject({ created: 1, failed: [] });
    expect(office.items('C02')).toHaveLength(1);
    expect((office.items('C02')[0] ?? '').match(/RECURRENCE-ID/g)).toHaveLength(729);
    await office.save('E6', { overrides: overrides(728) });
    expect(await office.sync('C02')).toMatchObject({ updated: 1, conflicts: 0, failed: [] });
    expect((office.items('C02')[0] ?? '').match(/RECURRENCE-ID/g)).toHaveLength(728);
    expect(await office.sync('C02')).toMatchObject({ updated: 0, requests: 1 });
  });
});
