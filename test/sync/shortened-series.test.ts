/** A series that ends earlier, of which a person had moved a later date: the date does not stay behind on its own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { changeFollowing } from '../../src/schedule/following.ts';
import { id, type Office, openOffice, tide, timed } from './office.ts';
import { shownIn } from './shown.ts';

let office: Office;
/** Nine Mondays from 1 March; their reader moves 12 April to the Tuesday. */
beforeEach(async () => {
  office = await openOffice();
  const when = timed('2027-03-01T10:00', '2027-03-01T11:00');
  await office.save('E6', { title: 'Weekly', when, rrule: 'FREQ=WEEKLY;COUNT=9' });
  await office.sync();
  office.edit('C02', 'Weekly', text => {
    const event = /BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/.exec(text)?.[0] ?? '';
    const override = event
      .replace(/RRULE:.*\r\n/, '')
      .replace('SUMMARY', 'RECURRENCE-ID;TZID=Europe/London:20270412T100000\r\nSUMMARY')
      .replaceAll('20270301T', '20270413T')
      .replace(/X-CALLBOARD-COPY.*(\r\n .*)*\r\n/, '');
    return text.replace('END:VCALENDAR', `${override}END:VCALENDAR`);
  });
  await office.sync();
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const starts = () => shownIn(office.items('C02')).map(one => one.start.slice(0, 16));
const overrides = () => office.items('C02').filter(text => text.includes('RECURRENCE-ID'));

describe('a date that a person moved, of a series that then ends before it', () => {
  it('S52 this and following: it is on a card, and no longer beside the series', async () => {
    expect(overrides()).toHaveLength(1);
    const changes = { when: timed('2027-03-29T11:00', '2027-03-29T12:00') };
    const at = '2027-03-29T10:00:00' as OccurrenceStart;
    const edit = { production: tide, id: id('E6'), expected: 1, at, by: 'Bethan', source: 'web' as const, held: [] };
    await office.store.write(r => changeFollowing(r, { ...edit, now: office.clock, changes }));
    await office.sync();
    expect(overrides()).toEqual([]);
    expect(starts().filter(start => start >= '2027-04-12')).toEqual([
      '2027-04-12T11:00',
      '2027-04-19T11:00',
      '2027-04-26T11:00',
    ]);
    expect(await office.findings('open')).toMatchObject([
      { kind: 'conflict', event: 'E6', met: [{ occurrence: '2027-04-12T10:00:00' }] },
    ]);
  });

  it('an earlier end: the same', async () => {
    await office.save('E6', { rrule: 'FREQ=WEEKLY;COUNT=5' });
    await office.sync();
    expect(overrides()).toEqual([]);
    expect(starts()).toHaveLength(5);
    expect((await office.findings('open')).map(one => one.kind)).toEqual(['conflict']);
    expect(await office.sync()).toMatchObject({ updated: 0, conflicts: 0 });
  });

  it('a later end: it stays where they moved it, and their proposal open', async () => {
    await office.save('E6', { rrule: 'FREQ=WEEKLY;COUNT=10' });
    await office.sync();
    expect(overrides()).toHaveLength(1);
    expect((await office.findings('open')).map(one => one.kind)).toEqual(['proposal']);
  });
});
