/** A secretary edits a series from one date on: what calendars show, what people are mailed, what the history holds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventContent, Override } from '../../src/model/event.ts';
import { brandId, type EventId, type VenueId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { cancelFollowing, changeFollowing } from '../../src/schedule/following.ts';
import type { FollowingChanges } from '../../src/schedule/split.ts';
import { StaleVersionError } from '../../src/store/store.ts';
import { lettersOf } from './letters.ts';
import { id, named, type Office, openOffice, tide, timed } from './office.ts';
import { shownIn } from './shown.ts';

let office: Office;
const at = (text: string) => `${text}T10:00:00` as OccurrenceStart;
const everyone = ['C02', 'C03'];
const moved: Override = {
  occurrence: at('2027-04-05'),
  status: 'changed',
  when: timed('2027-04-06T15:00', '2027-04-06T16:00'),
  venue: brandId<VenueId>('V02'),
  title: null,
  notes: null,
};
const cancelled: Override = { ...moved, occurrence: at('2027-04-12'), status: 'cancelled', when: null, venue: null };
/** Mondays 1 March to 24 May; 22 March left out, 5 April moved, 12 April cancelled. */
const weekly: Partial<EventContent> = {
  kind: 'production_meeting',
  title: 'Weekly meeting',
  when: timed('2027-03-01T10:00', '2027-03-01T11:00'),
  rrule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270524T090000Z',
  except: [at('2027-03-22')],
  overrides: [moved, cancelled],
  required: named(...everyone),
};

beforeEach(async () => {
  office = await openOffice(everyone);
  await office.save('E006', weekly);
  await office.sync();
  await lettersOf(office);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const editing = (from: string, version = 1) => ({
  production: tide,
  id: id('E006'),
  expected: version,
  at: at(from),
  by: 'Bethan Larkspur',
  source: 'web' as const,
  now: office.clock,
  held: [],
});
const change = (from: string, changes: FollowingChanges) =>
  office.store.write(r => changeFollowing(r, { ...editing(from), changes }));
const starts = (person: string) => shownIn(office.items(person)).map(one => one.start.slice(0, 16));
const history = (event: EventId) => office.store.read(r => r.schedule.history(tide, event));
const eleven = timed('2027-03-29T11:00', '2027-03-29T12:00');

describe('an edit of a date and all that follow', () => {
  it('S52 keeps the dates before, carries the exceptions, and mails each person once', async () => {
    const { before, following } = await change('2027-03-29', { when: eleven });
    expect(await office.sync()).toMatchObject({ created: 2, updated: 2, deleted: 0, conflicts: 0, failed: [] });
    for (const person of everyone) {
      expect(starts(person)).toEqual([
        '2027-03-01T10:00',
        '2027-03-08T10:00',
        '2027-03-15T10:00',
        '2027-03-29T11:00',
        '2027-04-06T15:00',
        '2027-04-19T11:00',
        '2027-04-26T11:00',
        '2027-05-03T11:00',
        '2027-05-10T11:00',
        '2027-05-17T11:00',
        '2027-05-24T11:00',
      ]);
    }
    const letters = await lettersOf(office);
    expect(letters.map(mail => mail.to).sort()).toEqual([
      expect.stringContaining('c02@'),
      expect.stringContaining('c03@'),
    ]);
    expect(letters[0]?.text).toMatch(/Changed: Weekly meeting/);
    expect(letters[0]?.references).toHaveLength(1);
    expect(await lettersOf(office)).toEqual([]);
    expect(before?.id).toBe('E006');
    expect(following.id).toBe('E006-20270329');
    expect(following.uid).not.toBe(before?.uid);
    for (const event of [brandId<EventId>('E006'), following.id]) {
      expect((await history(event)).at(-1)).toMatchObject({ by: 'Bethan Larkspur', source: 'web' });
    }
  });

  it('S52 is at rest afterwards: a second pass writes nothing', async () => {
    await change('2027-03-29', { when: eleven, title: 'Weekly at eleven' });
    await office.sync();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 0, requests: 2 });
  });

  it('S52 the moved date keeps its own time and place, under its name in the new series', async () => {
    const { following } = await change('2027-03-29', { when: eleven });
    expect(following.content.overrides).toEqual([
      { ...moved, occurrence: '2027-04-05T11:00:00' },
      { ...cancelled, occurrence: '2027-04-12T11:00:00' },
    ]);
    await office.sync();
    expect(shownIn(office.items('C02')).find(one => one.start.startsWith('2027-04-06'))).toMatchObject({
      end: '2027-04-06T16:00:00',
      place: 'Hall V02, 1 Quay, Bristol',
    });
  });

  it('S52 moved to another weekday it takes its exceptions along', async () => {
    const { following } = await change('2027-03-29', { when: timed('2027-03-31T10:00', '2027-03-31T11:00') });
    expect(following.content.rrule).toContain('BYDAY=WE');
    expect(following.content.overrides.map(one => one.occurrence)).toEqual([
      '2027-04-07T10:00:00',
      '2027-04-14T10:00:00',
    ]);
    await office.sync();
    expect(starts('C02').slice(3)).toEqual([
      '2027-03-31T10:00',
      '2027-04-06T15:00',
      '2027-04-21T10:00',
      '2027-04-28T10:00',
      '2027-05-05T10:00',
      '2027-05-12T10:00',
      '2027-05-19T10:00',
      '2027-05-26T10:00',
    ]);
  });

  it('S52 of the title alone mails nobody, though it makes a second event', async () => {
    await change('2027-04-19', { title: 'Weekly round-up' });
    await office.sync();
    expect(shownIn(office.items('C02')).filter(one => one.title === 'Weekly round-up')).toHaveLength(6);
    expect(await lettersOf(office)).toEqual([]);
  });

  it('S52 takes a person off the dates to come: only they are told, and only their calendar loses them', async () => {
    await change('2027-04-19', { required: named('C02') });
    await office.sync();
    expect(starts('C03').at(-1)).toBe('2027-04-06T15:00');
    expect(starts('C02').at(-1)).toBe('2027-05-24T10:00');
    expect((await lettersOf(office)).map(mail => mail.to)).toEqual([expect.stringContaining('c03@')]);
  });

  it('S52 a person’s own notes and the versions of the first half outlast the cut', async () => {
    office.edit('C02', 'Weekly meeting', text =>
      text.replaceAll(/(DESCRIPTION:(?:.|\r\n )*?)\r\n(?! )/g, '$1\\nBring cake\r\n'),
    );
    await office.sync();
    await change('2027-03-29', { when: eleven });
    await office.sync();
    expect(office.items('C02').some(text => text.replaceAll('\r\n ', '').includes('Bring cake'))).toBe(true);
    expect((await history(id('E006'))).map(line => line.version)).toEqual([1, 2]);
  });

  it('from the first date on is an edit of the whole series', async () => {
    const { before } = await change('2027-03-01', { when: timed('2027-03-01T11:00', '2027-03-01T12:00') });
    expect(before).toBeNull();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 2 });
    expect(starts('C02').at(-1)).toBe('2027-05-24T11:00');
    expect(await lettersOf(office)).toHaveLength(2);
  });

  it('is refused at what is no date of the series, and for a version that is not the last', async () => {
    for (const off of ['2027-03-22', '2027-04-12', '2027-03-30', '2027-05-31']) {
      await expect(change(off, { title: 'No' })).rejects.toMatchObject({ name: 'EditError', kind: 'no-such-date' });
    }
    await office.save('E001');
    await expect(
      office.store.write(r => changeFollowing(r, { ...editing('2027-03-08'), id: id('E001'), changes: {} })),
    ).rejects.toMatchObject({ kind: 'no-such-date' });
    await office.save('E006', { title: 'Renamed' });
    await expect(change('2027-03-29', { title: 'No' })).rejects.toBeInstanceOf(StaleVersionError);
    expect((await office.store.read(r => r.schedule.snapshot(tide))).events.size).toBe(2);
  });

  it('moves a rule of days of the month only with a new rule, and drops exceptions that this has no date for', async () => {
    await office.save('E007', {
      ...weekly,
      rrule: 'FREQ=MONTHLY;BYDAY=1MO',
      except: [at('2027-05-03')],
      overrides: [],
    });
    const edit = { ...editing('2027-04-05'), id: id('E007') };
    const thursday = timed('2027-04-01T10:00', '2027-04-01T11:00');
    await expect(
      office.store.write(r => changeFollowing(r, { ...edit, changes: { when: thursday } })),
    ).rejects.toMatchObject({ kind: 'unclear-rule' });
    const { following } = await office.store.write(r =>
      changeFollowing(r, { ...edit, changes: { when: thursday, rrule: 'FREQ=MONTHLY;BYDAY=1TH' } }),
    );
    expect(following.content).toMatchObject({ rrule: 'FREQ=MONTHLY;BYDAY=1TH', except: [] });
  });

  it('of a kind that waits for issue leaves calendars and mail as they were', async () => {
    const edit = { ...editing('2027-03-29'), held: ['production_meeting' as const], changes: { when: eleven } };
    await office.store.write(r => changeFollowing(r, edit));
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0 });
    expect(await lettersOf(office)).toEqual([]);
  });
});

describe('a date and all that follow taken off', () => {
  it('ends the series, and says so once', async () => {
    await office.store.write(r => cancelFollowing(r, editing('2027-04-05')));
    expect(await office.sync()).toMatchObject({ created: 0, updated: 2, deleted: 0 });
    expect(starts('C02')).toEqual(['2027-03-01T10:00', '2027-03-08T10:00', '2027-03-15T10:00', '2027-03-29T10:00']);
    expect(await lettersOf(office)).toHaveLength(2);
  });

  it('from the first date on cancels the event', async () => {
    await office.store.write(r => cancelFollowing(r, editing('2027-03-01')));
    expect(await office.sync()).toMatchObject({ deleted: 2 });
    expect((await lettersOf(office)).map(mail => mail.text)).toEqual([
      expect.stringContaining('is cancelled'),
      expect.stringContaining('is cancelled'),
    ]);
  });
});
