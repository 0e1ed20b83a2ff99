/** A government changes its clocks, and an update brings the new rules: what stands in the schedule stands. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf, type LocalDateTime } from '../../src/model/when.ts';
import { recheckZones } from '../../src/sync/zone-rules.ts';
import { lettersOf } from './letters.ts';
import { appointment, calendarOf, id, london, type Office, openOffice, tide, timed } from './office.ts';
import { shownIn } from './shown.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
  await recheckZones(office.store, '2026a');
  await office.save('E1', { when: timed('2027-06-07T10:00', '2027-06-07T11:00') });
  await office.save('E6', { rrule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=8', title: 'Weekly' });
  office.add('C02', 'dentist.ics', appointment('d1', '20270607T120000Z', '20270607T130000Z'));
  await office.sync('C02');
  await lettersOf(office);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const at = (text: string) => instantOf(text as LocalDateTime, london);
const busy = async () => await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }));
/** The copy as it would have been written by rules that know no summer time. */
const byOldRules = (text: string) =>
  text.replace(/BEGIN:DAYLIGHT[\s\S]*?END:DAYLIGHT\r\n/, '').replace('TZOFFSETFROM:+0100', 'TZOFFSETFROM:+0000');

describe('new rules of time zones', () => {
  it('S49 leave wall times as they are: nothing is written and nobody is mailed', async () => {
    for (const mark of ['Meeting E1', 'Weekly']) office.edit('C02', mark, byOldRules);
    const before = shownIn(office.items('C02'));
    expect(await recheckZones(office.store, '2026b')).toBe(true);
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0, conflicts: 0 });
    expect(shownIn(office.items('C02'))).toEqual(before);
    const event = await office.store.read(r => r.schedule.event(tide, id('E1')));
    expect(event?.content.when).toEqual(timed('2027-06-07T10:00', '2027-06-07T11:00'));
    expect(await lettersOf(office)).toEqual([]);
  });

  it('S49 have every calendar read whole once, and not again', async () => {
    office.requests();
    await recheckZones(office.store, '2026b');
    expect(await office.sync('C02')).toMatchObject({ observed: 1 });
    expect(office.requests().length).toBeGreaterThan(1);
    expect(await recheckZones(office.store, '2026b')).toBe(false);
    await office.sync('C02');
    expect(office.requests()).toHaveLength(1);
  });

  it('S49 reach a copy’s own definition of its zone with the next edit of its time', async () => {
    office.edit('C02', 'Meeting E1', byOldRules);
    await recheckZones(office.store, '2026b');
    await office.sync('C02');
    await office.save('E1', { when: timed('2027-06-07T12:00', '2027-06-07T13:00') });
    await office.sync('C02');
    const text = office.items('C02').find(one => one.includes('Meeting E1')) ?? '';
    expect(text).toContain('BEGIN:DAYLIGHT');
    expect(text.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1);
  });

  it('S49 have busy times worked out again that were read by the old ones', async () => {
    const noon = [{ from: at('2027-06-07T13:00:00'), to: at('2027-06-07T14:00:00') }];
    expect(await busy()).toMatchObject(noon);
    // As the old rules would have had it: an hour off.
    const [own] = (await office.store.read(r => r.copies.sights(calendarOf('C02')))).filter(
      ({ observed }) => observed.kind === 'present' && observed.uid === null,
    );
    if (own?.observed.kind !== 'present') throw new Error('the appointment was not seen');
    const { observed } = own;
    const off = { from: at('2027-06-07T12:00:00'), to: at('2027-06-07T13:00:00'), tentative: false, allDay: false };
    const face = { ...observed.face, when: timed('2027-06-07T12:00', '2027-06-07T13:00') };
    await office.store.write(async r => {
      await r.copies.putSights(calendarOf('C02'), [{ ...observed, face }], [], null, office.clock);
      await r.copies.putBusy(calendarOf('C02'), [{ item: observed.remoteId, blocks: [off] }]);
    });
    await recheckZones(office.store, '2026b');
    await office.sync('C02');
    expect(await busy()).toMatchObject(noon);
  });

  it('S49 are not new to a store that has never heard of any', async () => {
    await using fresh = await openOffice();
    expect(await recheckZones(fresh.store, '2026b')).toBe(false);
  });
});
