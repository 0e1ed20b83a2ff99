import { beforeAll, describe, expect, it } from 'vitest';
import { type DiaryQuery, diaryOf, openingWeek } from '../../src/http/diary.ts';
import type { EventContent, ScheduledEvent } from '../../src/model/event.ts';
import { brandId, type GroupId } from '../../src/model/ids.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import type { LocalDate } from '../../src/model/when.ts';
import { event, personId, production } from '../store/samples.ts';
import { days, openWorld, published, timed } from './world.ts';

let empty: ScheduleSnapshot;
beforeAll(async () => {
  await using store = await openWorld();
  empty = await store.read(r => r.schedule.snapshot(production));
});

const date = (text: string) => text as LocalDate;
const start = (text: string) => text as OccurrenceStart;
const withEvents = (...events: readonly ScheduledEvent[]): ScheduleSnapshot => ({
  ...empty,
  events: new Map(events.map(one => [one.id, one])),
});
const one = (content: Partial<EventContent>) => withEvents(published('E001', content));
const week: DiaryQuery = { from: date('2027-03-15'), to: date('2027-03-21'), person: null, kind: null };
const listed = (snapshot: ScheduleSnapshot, query = week) =>
  diaryOf(snapshot, query).map(({ day, event: { id }, isCancelled }) => `${day} ${id}${isCancelled ? ' off' : ''}`);

describe('the days of the diary', () => {
  it('an event stands under its first day, whole days before times', () => {
    const snapshot = withEvents(
      published('LATE', { when: timed('2027-03-16', '18:00', '19:00') }),
      published('EARLY', { when: timed('2027-03-16', '08:00', '19:00') }),
      published('DAY', { when: days('2027-03-16', '2027-03-17') }),
    );
    expect(listed(snapshot)).toEqual(['2027-03-16 DAY', '2027-03-16 EARLY', '2027-03-16 LATE']);
  });

  it('what began before is listed under the first day shown; what ended at midnight is over', () => {
    expect(listed(one({ when: days('2027-03-10', '2027-03-16') }))).toEqual(['2027-03-15 E001']);
    expect(listed(one({ when: days('2027-03-10', '2027-03-15') }))).toEqual([]);
    expect(listed(one({ when: timed('2027-03-14', '20:00', '00:00', '2027-03-15') }))).toEqual([]);
    expect(listed(one({ when: timed('2027-03-14', '20:00', '00:30', '2027-03-15') }))).toEqual(['2027-03-15 E001']);
  });

  it('a series shows each date, less those left out, with changed ones where they were moved', () => {
    const change = { when: null, venue: null, title: null, notes: null };
    const snapshot = one({
      when: timed('2027-03-01', '10:00', '11:00'),
      rrule: 'FREQ=DAILY',
      except: [start('2027-03-15T10:00:00')],
      overrides: [
        { ...change, occurrence: start('2027-03-16T10:00:00'), status: 'cancelled' },
        {
          ...change,
          occurrence: start('2027-03-17T10:00:00'),
          status: 'changed',
          when: timed('2027-04-01', '09:00', '10:00'),
        },
        {
          ...change,
          occurrence: start('2027-05-01T10:00:00'),
          status: 'changed',
          when: timed('2027-03-18', '07:00', '08:00'),
        },
      ],
    });
    expect(listed(snapshot)).toEqual([
      '2027-03-16 E001 off',
      '2027-03-18 E001',
      '2027-03-18 E001',
      '2027-03-19 E001',
      '2027-03-20 E001',
      '2027-03-21 E001',
    ]);
  });

  it('a rule that cannot be read still shows its first date', () => {
    expect(listed(one({ when: timed('2027-03-16', '10:00', '11:00'), rrule: 'FREQ=NEVER' }))).toEqual([
      '2027-03-16 E001',
    ]);
  });

  it('what was never published is not shown, nor an edit that is not published yet', () => {
    const held = published('HELD', { when: timed('2027-03-16', '10:00', '11:00') });
    const moved = { ...held, version: 2, content: { ...held.content, when: timed('2027-06-01', '10:00', '11:00') } };
    expect(listed(withEvents(event('IDEA'), moved))).toEqual(['2027-03-16 HELD']);
  });

  it('a person sees what asks them by name or by group', () => {
    const crew = { kind: 'group', ref: brandId<GroupId>('CREW') } as const;
    const snapshot = withEvents(published('BOTH', { required: [], optional: [crew] }), published('SIX', {}));
    expect(listed(snapshot, { ...week, person: personId('C07') })).toEqual(['2027-03-16 BOTH']);
  });
});

describe('the week that opens', () => {
  const everything = { person: null, kind: null };

  it('is that of the next entry', () => {
    expect(openingWeek(one({}), date('2026-11-20'), everything)).toBe('2027-03-15');
  });

  it('is that of the last entry once all is over, and this one where there is nothing', () => {
    expect(openingWeek(one({}), date('2027-06-01'), everything)).toBe('2027-03-15');
    expect(openingWeek(empty, date('2027-06-01'), everything)).toBe('2027-05-31');
  });
});
