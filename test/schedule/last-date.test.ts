/** UNTIL is an instant. A series that moves to another time of day keeps its last date all the same. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { occurrences } from '../../src/ical/expand.ts';
import { brandId, type EventId } from '../../src/model/ids.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import type { Store } from '../../src/store/store.ts';
import { emptyStore, eventOf, importing, now, people, production, sheets } from './world.ts';

const rule = 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270524T090000Z';
const sheet = (start: string, end: string) => ({
  people,
  schedule: `id,kind,title,date,start,end,required,rrule,except\nE6,production_meeting,Weekly,2027-03-01,${start},${end},C1,${rule},2027-03-22\n`,
});

let store: Store;
beforeEach(async () => {
  store = await emptyStore();
  await importing(store, sheets(sheet('10:00', '11:00')));
});
afterEach(() => store[Symbol.asyncDispose]());

const lastDate = async () => {
  const { content } = await eventOf(store, 'E6');
  const series = { rrule: content.rrule ?? '', exdates: content.except, overrides: [] };
  const { starts } = occurrences(content.when, series, { from: now, to: Date.UTC(2028, 0, 1) }, 100);
  return starts.at(-1)?.when.start;
};

it('a sheet in which only the start was changed, and the same sheet once more', async () => {
  expect(await lastDate()).toBe('2027-05-24T10:00:00');
  const later = sheets(sheet('11:30', '12:30'));
  expect(await importing(store, later)).toMatchObject({ changed: 1, rejected: [] });
  expect(await lastDate()).toBe('2027-05-24T11:30:00');
  expect(await importing(store, later)).toMatchObject({ changed: 0, rejected: [] });
  expect(await lastDate()).toBe('2027-05-24T11:30:00');
});

it('an edit of the time alone', async () => {
  const { content, version } = await eventOf(store, 'E6');
  const when = { ...content.when, start: '2027-03-01T18:00:00', end: '2027-03-01T19:00:00' } as typeof content.when;
  const id = brandId<EventId>('E6');
  const edit = { production, id, expected: version, by: 'Bronwen', source: 'web' as const, now, held: [] };
  await store.write(r => saveEvent(r, { ...edit, content: { ...content, when } }));
  expect(await lastDate()).toBe('2027-05-24T18:00:00');
});

it('a new end in the sheet is a new end', async () => {
  const shorter = sheet('10:00', '11:00').schedule.replace('20270524', '20270510');
  await importing(store, sheets({ people, schedule: shorter }));
  expect(await lastDate()).toBe('2027-05-10T10:00:00');
});
