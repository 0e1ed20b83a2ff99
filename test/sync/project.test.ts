/** What a calendar ought to show: for whom, of which events, and how much of them. */
import { describe, expect, it } from 'vitest';
import type { CalendarLink } from '../../src/model/calendar.ts';
import type { EventContent, Invitee, Override, ScheduledEvent } from '../../src/model/event.ts';
import {
  brandId,
  type CalendarId,
  type EventId,
  type GroupId,
  type PersonId,
  type ProductionId,
  type VenueId,
} from '../../src/model/ids.ts';
import type { Person, Venue } from '../../src/model/person.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { instantOf, type LocalDate, type LocalDateTime, type Range, type ZoneName } from '../../src/model/when.ts';
import { faceHash, localDay, projectCalendar, projectPerson, windowAt } from '../../src/sync/project.ts';
import { blankContent, blankLink, blankPerson, blankVenue } from '../blank.ts';
import { at, eleven, everyMonday, meeting, on } from './faces.ts';

const tide = brandId<ProductionId>('tide');
const london = brandId<ZoneName>('Europe/London');
const id = (text: string) => brandId<EventId>(text);
const personId = (text: string) => brandId<PersonId>(text);
const venueId = (text: string) => brandId<VenueId>(text);

const person = (name: string, changes: Partial<Person> = {}): Person => ({
  ...blankPerson,
  production: tide,
  id: personId(name),
  name,
  ...changes,
});
const ada = person('Ada', { kind: 'cast', role: 'Artist', agent: personId('Ari') });
const ari = person('Ari', { kind: 'agent' });
const gaffer = person('Gaffer', { department: 'Electrical' });
const coordinator = person('Coordinator', { role: 'Production Coordinator' });
const second = person('Second', { role: '2nd AD' });
const people = [ada, ari, gaffer, coordinator, second];

const venue = (name: string, changes: Partial<Venue> = {}): Venue => ({
  ...blankVenue,
  production: tide,
  id: venueId(name),
  name,
  address: `1 ${name} Street`,
  ...changes,
});
const studio = venue('Studio', { parking: 'Bay 4' });
const hotel = venue('Ropewalk', { addressTier: 'P3', parking: 'Behind the hotel' });

const byName = (...names: string[]): Invitee[] => names.map(name => ({ kind: 'person', id: personId(name) }));
const byGroup = (ref: string): Invitee[] => [{ kind: 'group', ref: brandId<GroupId>(ref) }];
const content = (changes: Partial<EventContent> = {}): EventContent => ({
  ...blankContent,
  title: 'Production meeting',
  when: meeting.when,
  venue: studio.id,
  required: byName('Ada', 'Gaffer'),
  ...changes,
});

const published = (name: string, changes: Partial<EventContent> = {}): ScheduledEvent => {
  const made = content(changes);
  return {
    production: tide,
    id: id(name),
    uid: `${name}@callboard`,
    incarnation: 0,
    version: 1,
    sequence: 0,
    content: made,
    published: { version: 1, content: made },
    updatedAt: 0,
    updatedBy: 'sec',
  };
};
const schedule = (...events: ScheduledEvent[]): ScheduleSnapshot => ({
  production: tide,
  name: 'TIDEWRACK',
  zone: london,
  revision: 1,
  events: new Map(events.map(event => [event.id, event])),
  people: new Map(people.map(one => [one.id, one])),
  venues: new Map([studio, hotel].map(one => [one.id, one])),
  groups: new Map(),
  travel: [],
  constraints: [],
});

const instant = (text: string) => instantOf(brandId<LocalDateTime>(`2027-${text}:00`), london);
const window: Range = { from: instant('03-01T00:00'), to: instant('04-01T00:00') };
const projected = (who: Person, event: ScheduledEvent, range = window) =>
  projectPerson(schedule(event), who, range).wanted.get(event.id);
const faceFor = (who: Person, changes: Partial<EventContent>) => projected(who, published('E1', changes))?.face;
const shownTo = (who: Person, event: ScheduledEvent, range = window) => {
  const { wanted, outside } = projectPerson(schedule(event), who, range);
  return wanted.has(event.id) ? 'wanted' : outside.has(event.id) ? 'outside' : 'nothing';
};

describe('whose events a calendar shows', () => {
  it('those of who is asked by name, required or optional', () => {
    expect(shownTo(ada, published('E1'))).toBe('wanted');
    expect(shownTo(ada, published('E1', { required: [], optional: byName('Ada') }))).toBe('wanted');
  });
  it('those of who is asked by way of a group, as it is today', () => {
    expect(shownTo(gaffer, published('E1', { required: byGroup('dept:Electrical') }))).toBe('wanted');
    expect(shownTo(ada, published('E1', { required: byGroup('dept:Electrical') }))).toBe('nothing');
  });
  it('not those that one merely owns', () => {
    expect(shownTo(coordinator, published('E1', { owner: personId('Coordinator') }))).toBe('nothing');
  });
  it('not those of the artist whom one acts for', () => {
    expect(shownTo(ari, published('E1'))).toBe('nothing');
  });
  it('not those after one has left, nor those before one joined', () => {
    const leaver = { ...gaffer, end: brandId<LocalDate>('2027-03-07') };
    const joiner = { ...gaffer, start: brandId<LocalDate>('2027-03-09') };
    expect(shownTo(leaver, published('E1'))).toBe('nothing');
    expect(shownTo(joiner, published('E1'))).toBe('nothing');
  });
  it('those of the first and of the last day of an engagement', () => {
    const day = brandId<LocalDate>('2027-03-08');
    expect(shownTo({ ...gaffer, start: day, end: day }, published('E1'))).toBe('wanted');
  });
  it('a series that began before one joined, for it goes on', () => {
    const joiner = { ...gaffer, start: brandId<LocalDate>('2027-03-20') };
    expect(shownTo(joiner, published('E1', { rrule: everyMonday }))).toBe('wanted');
  });
});

describe('which events a calendar shows', () => {
  it('an idea and a cancelled event are nowhere', () => {
    expect(shownTo(ada, published('E1', { status: 'idea' }))).toBe('nothing');
    expect(shownTo(ada, published('E1', { status: 'cancelled' }))).toBe('nothing');
  });
  it('a pencilled event is tentative, any other busy', () => {
    const pencilled = projected(ada, published('E1', { status: 'pencilled' }));
    expect(pencilled).toMatchObject({ status: 'tentative', face: { busy: 'tentative' } });
    for (const status of ['confirmed', 'issued', 'changed', 'done'] as const) {
      expect(projected(ada, published('E1', { status }))).toMatchObject({
        status: 'confirmed',
        face: { busy: 'busy' },
      });
    }
  });
  it('what was never published is nowhere', () => {
    expect(shownTo(ada, { ...published('E1'), published: null })).toBe('nothing');
  });
  it('what is prepared and held is shown as it was published', () => {
    const event = published('E1');
    const held = { ...event, version: 2, content: content({ title: 'Revision 7', when: eleven }) };
    expect(projected(ada, held)?.face).toMatchObject({ title: 'Production meeting', when: meeting.when });
    expect(projected(ada, held)?.content).toBe(event.published?.content);
  });
  it('a cancellation that is held leaves the published event where it is', () => {
    const held = { ...published('E1'), version: 2, content: content({ status: 'cancelled' }) };
    expect(shownTo(ada, held)).toBe('wanted');
  });
  it('who was taken off it in a held revision still has it', () => {
    const held = { ...published('E1'), version: 2, content: content({ required: byName('Gaffer') }) };
    expect(shownTo(ada, held)).toBe('wanted');
  });
});

describe('the window', () => {
  const lasting = (start: string, end: string) => published('E1', { when: at(start, end) });
  const edge = (from: string, to: string): Range => ({ from: instant(`03-${from}`), to: instant(`03-${to}`) });
  it('takes in an event that touches it', () => {
    expect(shownTo(ada, lasting('08T10:00', '08T11:00'), edge('08T10:59', '09T00:00'))).toBe('wanted');
    expect(shownTo(ada, lasting('08T10:00', '08T11:00'), edge('07T00:00', '08T10:01'))).toBe('wanted');
  });
  it('leaves out an event that ends as it begins, or begins as it ends', () => {
    expect(shownTo(ada, lasting('08T10:00', '08T11:00'), edge('08T11:00', '09T00:00'))).toBe('outside');
    expect(shownTo(ada, lasting('08T10:00', '08T11:00'), edge('07T00:00', '08T10:00'))).toBe('outside');
  });
  it('takes in a series that has one date in it, however long ago it began', () => {
    const series = published('E1', { rrule: everyMonday });
    expect(shownTo(ada, series, edge('29T00:00', '30T00:00'))).toBe('wanted');
    expect(shownTo(ada, series, edge('30T00:00', '31T00:00'))).toBe('outside');
  });
  it('leaves out a series whose one date in it is cancelled', () => {
    const series = published('E1', { rrule: everyMonday, except: [on('29')] });
    expect(shownTo(ada, series, edge('29T00:00', '30T00:00'))).toBe('outside');
  });
  it('does not hold back what is cancelled, nor what is not theirs', () => {
    const past = edge('20T00:00', '21T00:00');
    expect(shownTo(ada, published('E1', { status: 'cancelled' }), past)).toBe('nothing');
    expect(shownTo(coordinator, published('E1'), past)).toBe('nothing');
  });
  it('runs so many whole days back and ahead', () => {
    const day = 86_400_000;
    expect(windowAt(100 * day, 7, 30)).toEqual({ from: 93 * day, to: 130 * day });
  });
  it('moves with the production’s own midnight', () => {
    const snapshot = schedule();
    expect(localDay(snapshot, instant('06-30T23:59'))).toBe('2027-06-30');
    expect(localDay(snapshot, instant('07-01T00:00'))).toBe('2027-07-01');
  });
});

describe('how much of an event its copy shows', () => {
  const closed = { kind: 'intimacy_rehearsal', tier: 'P4', title: 'Sc. 41 Ada/Bram', notes: 'Closed set.' } as const;
  it('a P4 title to those named on it, the plain name of its kind to everybody else', () => {
    const named = { ...closed, required: byName('Ada', 'Coordinator') };
    expect(faceFor(ada, named)?.title).toBe('Sc. 41 Ada/Bram');
    expect(faceFor(coordinator, named)?.title).toBe('Sc. 41 Ada/Bram');
    expect(faceFor(gaffer, { ...closed, required: byGroup('all') })?.title).toBe('Rehearsal (closed)');
    expect(faceFor(coordinator, { ...closed, required: byGroup('all') })?.title).toBe('Rehearsal (closed)');
  });
  it('P4 notes to those named on it alone', () => {
    expect(faceFor(ada, { ...closed, required: byName('Ada') })?.notes).toContain('Closed set.');
    expect(faceFor(coordinator, { ...closed, required: byGroup('all') })?.notes).not.toContain('Closed set.');
  });
  it('the safe title, where there is one, to those below its tier', () => {
    const fitting = {
      title: 'Fitting: wedding dress',
      safeTitle: 'Fitting',
      tier: 'P2',
      required: byGroup('all'),
    } as const;
    expect(faceFor(gaffer, fitting)?.title).toBe('Fitting');
    expect(faceFor(second, fitting)?.title).toBe('Fitting: wedding dress');
  });
  it('a hotel to its guest and to the coordinators, to nobody else on the list', () => {
    const stay = { kind: 'accommodation', venue: hotel.id, tier: 'P1' } as const;
    expect(faceFor(ada, { ...stay, required: byName('Ada') })?.place).toBe('Ropewalk, 1 Ropewalk Street');
    expect(faceFor(coordinator, { ...stay, required: byGroup('all') })?.place).toBe('Ropewalk, 1 Ropewalk Street');
    const crew = faceFor(gaffer, { ...stay, required: byGroup('all') });
    expect(crew?.place).toBe('');
    expect(crew?.notes).not.toContain('Behind the hotel');
  });
  it('a stop at a hotel without its parking, for those who may not know where it is', () => {
    const blank = {
      arrive: null,
      leave: null,
      lunchStart: null,
      lunchEnd: null,
      contact: null,
      shootDays: [],
      notes: '',
    };
    const stops = [{ order: 1, venue: hotel.id, part: 'meet' as const, ...blank }];
    const tour = { kind: 'recce_tech', required: byGroup('dept:Electrical'), stops } as const;
    expect(faceFor(gaffer, tour)?.notes).not.toMatch(/Ropewalk Street|Behind the hotel/);
    expect(faceFor(coordinator, { ...tour, required: byName('Coordinator') })?.notes).toContain('Behind the hotel');
  });
  it('a date held at a hotel hides that from those who may not know it', () => {
    const change: Override = {
      occurrence: on('15'),
      status: 'changed',
      when: null,
      venue: hotel.id,
      title: null,
      notes: null,
    };
    const series = { rrule: everyMonday, overrides: [change], required: byGroup('all') };
    expect(faceFor(gaffer, series)?.series?.overrides[0]?.face.place).toBe('');
    expect(faceFor(coordinator, series)?.series?.overrides[0]?.face.place).toBe('Ropewalk, 1 Ropewalk Street');
  });
  it('one’s own call and nobody else’s', () => {
    const call = (who: string, onSet: string) => ({
      person: personId(who),
      pickup: null,
      arrive: null,
      makeup: null,
      onSet,
      release: null,
      basis: null,
      driver: null,
      pickupFrom: null,
      performingMinutes: null,
      joinAt: null,
      notes: '',
    });
    const day = { calls: [call('Ada', '08:00'), call('Gaffer', '07:00')] };
    expect(faceFor(ada, day)?.notes).toContain('Your call: on set 08:00');
    expect(faceFor(ada, day)?.notes).not.toContain('07:00');
    expect(faceFor(gaffer, day)?.notes).toContain('07:00');
    expect(faceFor(gaffer, day)?.notes).not.toContain('08:00');
  });
  it('the link of an online event, and “Online” for a place where it has none', () => {
    const online = { venue: null, onlineUrl: 'https://meet.tidewrack.test/1' };
    expect(faceFor(ada, online)).toMatchObject({ place: 'Online', url: 'https://meet.tidewrack.test/1' });
    expect(faceFor(ada, { ...online, venue: studio.id })?.place).toBe('Studio, 1 Studio Street');
    expect(faceFor(ada, { venue: null })?.place).toBe('');
  });
  it('no place, for a venue that is not in the list', () => {
    expect(faceFor(ada, { venue: venueId('V99') })?.place).toBe('');
  });
});

describe('a series in a calendar', () => {
  const change = (day: string, changes: Partial<Override> = {}): Override => ({
    occurrence: on(day),
    status: 'changed',
    when: null,
    venue: null,
    title: null,
    notes: null,
    ...changes,
  });
  const seriesFor = (changes: Partial<EventContent>) => faceFor(ada, { rrule: everyMonday, ...changes })?.series;
  it('a single event has none', () => {
    expect(faceFor(ada, {})?.series).toBeNull();
  });
  it('its left-out and its cancelled dates are left out, once each and in order', () => {
    const overrides = [change('15', { status: 'cancelled' }), change('22', { status: 'cancelled' })];
    expect(seriesFor({ except: [on('29'), on('22')], overrides })?.exdates).toEqual([on('15'), on('22'), on('29')]);
  });
  it('a cancelled date has no face of its own', () => {
    expect(seriesFor({ overrides: [change('15', { status: 'cancelled', title: 'Gone' })] })?.overrides).toEqual([]);
  });
  it('a moved date shows its new hours and the rest as the series', () => {
    const afternoon = at('15T14:00', '15T15:00');
    const series = seriesFor({ notes: 'Agenda.', overrides: [change('15', { when: afternoon })] });
    expect(series?.overrides).toEqual([
      {
        occurrence: on('15'),
        face: {
          when: afternoon,
          title: 'Production meeting',
          place: 'Studio, 1 Studio Street',
          notes: expect.stringContaining('Notes: Agenda.'),
          busy: 'busy',
        },
      },
    ]);
  });
  it('a date that only has another title keeps its natural hours', () => {
    const face = seriesFor({ overrides: [change('15', { title: 'Budget' })] })?.overrides[0]?.face;
    expect(face).toMatchObject({ when: at('15T10:00', '15T11:00'), title: 'Budget' });
  });
  it('a date with notes of its own shows them above those of the series', () => {
    const face = seriesFor({ notes: 'Agenda.', overrides: [change('15', { notes: 'Bring the cat.' })] })?.overrides[0]
      ?.face;
    expect(face?.notes).toMatch(/^Bring the cat\.\n\n.*Notes: Agenda\.$/s);
  });
  it('a date whose own notes are empty shows those of the series alone', () => {
    const series = { notes: 'Agenda.', venue: null };
    const face = seriesFor({ ...series, overrides: [change('15', { notes: '' })] })?.overrides[0]?.face;
    expect(face?.notes).toBe('Notes: Agenda.');
  });
  it('the dates of a pencilled series are tentative', () => {
    const series = seriesFor({ status: 'pencilled', overrides: [change('15', { title: 'Budget' })] });
    expect(series?.overrides[0]?.face.busy).toBe('tentative');
  });
  it('a date of whole days is as long as the series’ first', () => {
    const days = {
      kind: 'all-day',
      start: '2027-03-08' as LocalDate,
      end: '2027-03-10' as LocalDate,
      zone: london,
    } as const;
    const overrides = [change('15', { occurrence: brandId<OccurrenceStart>('2027-03-15'), title: 'Block 2' })];
    expect(seriesFor({ when: days, overrides })?.overrides[0]?.face.when).toEqual({
      ...days,
      start: '2027-03-15',
      end: '2027-03-17',
    });
  });
});

describe('a linked calendar', () => {
  const link: CalendarLink = {
    id: brandId<CalendarId>('C'),
    production: tide,
    person: ada.id,
    ...blankLink,
  };
  const carried = (changes: Partial<CalendarLink>) => {
    const { wanted, outside } = projectCalendar(schedule(published('E1')), { ...link, ...changes }, window);
    return [wanted.size, outside.size];
  };
  it('carries copies two-way and published alike', () => {
    expect(carried({})).toEqual([1, 0]);
    expect(carried({ mode: 'publish' })).toEqual([1, 0]);
  });
  it('that only tells busy time carries none', () => {
    expect(carried({ mode: 'busy' })).toEqual([0, 0]);
  });
  it('whose owner is invited by mail carries none', () => {
    expect(carried({ carrier: 'invite' })).toEqual([0, 0]);
  });
  it('of somebody who is not on the unit list carries none', () => {
    expect(carried({ person: personId('Nobody') })).toEqual([0, 0]);
  });
});

describe('the name of a face', () => {
  it('is the same for the same face and another for another', () => {
    expect(faceHash(meeting)).toBe(faceHash({ ...meeting }));
    expect(faceHash(meeting)).not.toBe(faceHash({ ...meeting, title: 'x' }));
    expect(faceHash(meeting)).toMatch(/^[0-9a-f]{16}$/);
  });
});
