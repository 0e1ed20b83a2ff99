import { describe, expect, it } from 'vitest';
import type { Call, EventContent, ScheduledEvent } from '../../src/model/event.ts';
import { brandId, type EventId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import type { LocalDate, LocalDateTime, Timed } from '../../src/model/when.ts';
import { mergeEdit, nextEvent } from '../../src/schedule/edit.ts';
import { ConflictError, EditError } from '../../src/schedule/errors.ts';
import { publishedAfter } from '../../src/schedule/publishing.ts';
import { raisesSequence } from '../../src/schedule/sequence.ts';
import { london, meeting, now, production } from './world.ts';

const id = brandId<EventId>('E1');
const at = (start: string, end: string): Timed => ({
  kind: 'timed',
  start: `2027-03-02T${start}:00` as LocalDateTime,
  end: `2027-03-02T${end}:00` as LocalDateTime,
  zone: london,
});
const edit = (content: EventContent, held: readonly EventContent['kind'][] = []) => ({
  production,
  id,
  content,
  by: 'Bronwen',
  now,
  held,
});
const saved = (content: EventContent, previous: ScheduledEvent | null = null): ScheduledEvent =>
  nextEvent(previous, edit(content)) ?? previous!;

describe('the next version of an event', () => {
  it('is none where nothing changes', () => {
    expect(nextEvent(saved(meeting), edit({ ...meeting }))).toBeNull();
  });

  it('has a higher version, the same UID, and a higher sequence only if time, place, rule or status changed', () => {
    const first = saved(meeting);
    const renamed = saved({ ...meeting, title: 'Draft 4' }, first);
    const moved = saved({ ...meeting, title: 'Draft 4', when: at('14:00', '15:00') }, renamed);
    expect([first.version, renamed.version, moved.version]).toEqual([1, 2, 3]);
    expect([first.sequence, renamed.sequence, moved.sequence]).toEqual([0, 0, 1]);
    expect(moved.uid).toBe(first.uid);
  });

  it.each<[string, Partial<EventContent>, boolean]>([
    ['the notes', { notes: 'Bring pencils' }, false],
    ['the people', { required: [{ kind: 'person', id: brandId('C1') }] }, false],
    ['the venue', { venue: brandId('V1') }, true],
    ['the link', { onlineUrl: 'https://meet.test/1' }, true],
    ['the rule', { rrule: 'FREQ=DAILY;COUNT=2' }, true],
    ['a date left out', { except: ['2027-03-02T10:00:00' as OccurrenceStart] }, true],
    ['the status', { status: 'cancelled' }, true],
  ])('a change of %s raises the sequence or not', (_, change, raised) => {
    expect(raisesSequence(meeting, { ...meeting, ...change })).toBe(raised);
  });

  it('S8 never revives a cancelled event: its id used again is a new event with another UID and a higher version', () => {
    const first = saved(meeting);
    const cancelled = saved({ ...meeting, status: 'cancelled' }, first);
    const again = saved(meeting, cancelled);
    expect(again.uid).not.toBe(first.uid);
    expect(again).toMatchObject({ incarnation: 1, version: 3 });
    expect(again.sequence).toBeGreaterThanOrEqual(cancelled.sequence);
  });

  it('of an issued event that is edited is `changed`', () => {
    const issued = saved({ ...meeting, status: 'issued' });
    expect(saved({ ...meeting, status: 'issued', title: 'Draft 4' }, issued).content.status).toBe('changed');
  });

  it('is refused where the state cannot change so, with the states that are open', () => {
    const confirmed = saved(meeting);
    const back = () => saved({ ...meeting, status: 'idea' }, confirmed);
    expect(back).toThrow(EditError);
    expect(back).toThrow('E1 is confirmed and cannot become idea; allowed: issued, changed, cancelled');
    expect(() => saved({ ...meeting, status: 'done' }, confirmed)).toThrow('not');
    const later = Date.UTC(2027, 5, 1);
    expect(nextEvent(confirmed, { ...edit({ ...meeting, status: 'done' }), now: later })?.content.status).toBe('done');
  });

  it('carries the names of exceptions along when the series moves to another time of day', () => {
    const occurrence = '2027-03-09T10:00:00' as OccurrenceStart;
    const series = { ...meeting, rrule: 'FREQ=WEEKLY;COUNT=4', except: [occurrence] };
    const moved = saved({ ...series, when: at('14:00', '15:00') }, saved(series));
    expect(moved.content.except).toEqual(['2027-03-09T14:00:00']);
  });
});

describe('publishing', () => {
  const version = { version: 2, content: { ...meeting, title: 'new' } };
  const shown = { published: { version: 1, content: meeting } };
  const withStatus = (status: EventContent['status']) => ({ version: 2, content: { ...meeting, status } });

  it('happens by itself', () => expect(publishedAfter(null, version, [])).toEqual(version));
  it('waits for kinds that are held', () => {
    expect(publishedAfter(shown, version, ['meeting'])).toEqual(shown.published);
    expect(publishedAfter(null, version, ['meeting'])).toBeNull();
  });
  it('never happens to an idea', () => expect(publishedAfter(shown, withStatus('idea'), [])).toBeNull());
  it('always happens to a cancellation of what was shown', () => {
    expect(publishedAfter(shown, withStatus('cancelled'), ['meeting'])?.version).toBe(2);
    expect(publishedAfter({ published: null }, withStatus('cancelled'), [])).toBeNull();
  });
});

describe('two secretaries edit one event', () => {
  const call = (person: string, arrive: string): Call => ({
    person: brandId(person),
    pickup: null,
    arrive,
    makeup: null,
    onSet: null,
    release: null,
    basis: null,
    driver: null,
    pickupFrom: null,
    performingMinutes: null,
    joinAt: null,
    notes: '',
  });
  const merge = (base: EventContent, first: EventContent, second: EventContent) =>
    mergeEdit(id, base, { ...saved(base), version: 2, content: first }, second);
  const conflictOf = (run: () => unknown): ConflictError => {
    try {
      run();
    } catch (error) {
      if (error instanceof ConflictError) return error;
    }
    throw new Error('no conflict');
  };

  it('S16 both succeed with different fields', () => {
    const merged = merge(meeting, { ...meeting, when: at('12:00', '13:00') }, { ...meeting, notes: 'Bring pencils' });
    expect(merged).toEqual({ ...meeting, when: at('12:00', '13:00'), notes: 'Bring pencils' });
  });

  it('the same field gives the second a conflict with the value of the first', () => {
    const error = conflictOf(() => merge(meeting, { ...meeting, title: 'A' }, { ...meeting, title: 'B' }));
    expect(error.conflicts).toEqual([{ field: 'title', base: 'Script talk', first: 'A', second: 'B' }]);
    expect(error.current).toBe(2);
  });

  it('S19 the same change made twice is no conflict', () => {
    expect(merge(meeting, { ...meeting, title: 'A' }, { ...meeting, title: 'A' }).title).toBe('A');
  });

  it('start and end are one field: merged halves would be a time that nobody chose', () => {
    const second = { ...meeting, when: at('10:00', '12:00') };
    const error = conflictOf(() => merge(meeting, { ...meeting, when: at('09:00', '11:00') }, second));
    expect(error.conflicts.map(conflict => conflict.field)).toEqual(['when']);
  });

  it('calls of different people both hold, of one person they meet', () => {
    const base = { ...meeting, calls: [call('CA1', '07:00'), call('CA2', '07:00')] };
    const first = { ...base, calls: [call('CA1', '06:00'), call('CA2', '07:00')] };
    const second = { ...base, calls: [call('CA1', '07:00'), call('CA2', '08:00'), call('CA3', '09:00')] };
    expect(merge(base, first, second).calls.map(each => each.arrive)).toEqual(['06:00', '08:00', '09:00']);
    const third = { ...base, calls: [call('CA1', '05:00'), call('CA2', '07:00')] };
    expect(conflictOf(() => merge(base, first, third)).conflicts[0]?.field).toBe('calls.CA1');
  });

  it('one takes a person off and the other adds one', () => {
    const person = (name: string) => ({ kind: 'person' as const, id: brandId<never>(name) });
    const base = { ...meeting, required: [person('C1'), person('C2')] };
    const merged = merge(
      base,
      { ...base, required: [person('C2')] },
      { ...base, required: [...base.required, person('C3')] },
    );
    expect(merged.required).toEqual([person('C2'), person('C3')]);
  });

  it('one moves the series while the other names dates of it: the names no longer fit', () => {
    const base = { ...meeting, rrule: 'FREQ=DAILY;COUNT=9' };
    const error = conflictOf(() =>
      merge(
        base,
        { ...base, when: at('12:00', '13:00') },
        { ...base, except: ['2027-03-04T10:00:00' as OccurrenceStart] },
      ),
    );
    expect(error.conflicts[0]?.field).toBe('occurrences');
  });

  it('whole days and times are told apart', () => {
    const days = {
      kind: 'all-day' as const,
      start: '2027-03-02' as LocalDate,
      end: '2027-03-03' as LocalDate,
      zone: london,
    };
    expect(merge(meeting, meeting, { ...meeting, when: days }).when).toEqual(days);
  });
});
