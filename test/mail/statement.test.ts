import { describe, expect, it } from 'vitest';
import { readersOf } from '../../src/mail/cases.ts';
import { isOver, mustBeTold } from '../../src/mail/statement.ts';
import type { Call, EventContent } from '../../src/model/event.ts';
import { brandId } from '../../src/model/ids.ts';
import type { Statement } from '../../src/model/message.ts';
import type { Person } from '../../src/model/person.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { asked, at, content, person, snapshotOf, tidewrack, timed, venue } from './world.ts';

const agent = person({ id: 'AG01', kind: 'agent', name: 'Agnes Agent', phone: '07700 900901' });
const artist = person({ id: 'CA01', kind: 'cast', name: 'Seren Star', agent: 'AG01', routing: 'agent_and_artist' });
const crew = person({ id: 'C01', name: 'Carl Crew', department: 'Grip', phone: '07700 900101' });
const secretary = person({ id: 'C02', name: 'Sue Sec', role: 'Production Secretary (Bristol)' });
const coordinator = person({ id: 'C03', name: 'Cora Co', role: 'Production Coordinator', grants: ['P4:C01'] });
const people = [agent, artist, crew, secretary, coordinator];
const hotel = venue({ id: 'V20', name: 'The Ropewalk Hotel', kind: 'hotel', addressTier: 'P3' });
const grip = {
  production: crew.production,
  id: brandId<never>('ALL'),
  members: people.map(one => one.id),
  notes: '',
  version: 1,
};

/** What each reader is told, by `reader>about`. */
function said(values: Partial<EventContent>, who: readonly Person[] = people): Map<string, Statement> {
  const snapshot = snapshotOf([], { people: who, venues: [venue({ id: 'V01' }), hotel], groups: [grip] });
  const { statements } = readersOf(content(values), snapshot);
  return new Map(
    statements.flatMap(({ reader, statement }) => (statement ? [[`${reader.person}>${reader.about}`, statement]] : [])),
  );
}
const titles = (values: Partial<EventContent>) =>
  Object.fromEntries([...said(values)].map(([who, { title }]) => [who, title]));

const call = (who: string, values: Partial<Call>): Call => ({
  person: brandId(who),
  pickup: null,
  arrive: null,
  makeup: null,
  onSet: null,
  release: null,
  basis: null,
  driver: null,
  pickupFrom: null,
  performingMinutes: null,
  joinAt: null,
  notes: '',
  ...values,
});

describe('titles at a reader’s tier', () => {
  it('who is asked by name sees their own event’s title, with their agent; who comes through a group sees it at their tier', () => {
    const secret = { title: 'Chemistry reads, Ellis Bream', safeTitle: 'Casting', tier: 'P3' } as const;
    expect(titles({ ...secret, required: asked('C01', 'CA01', '@ALL') })).toEqual({
      'AG01>AG01': 'Casting',
      'AG01>CA01': 'Chemistry reads, Ellis Bream',
      'C01>C01': 'Chemistry reads, Ellis Bream',
      'C02>C02': 'Casting',
      'C03>C03': 'Chemistry reads, Ellis Bream',
      'CA01>CA01': 'Chemistry reads, Ellis Bream',
    });
  });

  it('a P4 title is for those named on the event alone, not for the office, whatever its grants', () => {
    const closed = { kind: 'intimacy_rehearsal', title: 'Closed, SD12 scene', safeTitle: '', tier: 'P4' } as const;
    expect(titles({ ...closed, required: asked('C01', '@ALL') })).toMatchObject({
      'C01>C01': 'Closed, SD12 scene',
      'C03>C03': 'Rehearsal (closed)',
      'CA01>CA01': 'Rehearsal (closed)',
    });
  });

  it('notes go with the title: who sees the safe title sees none', () => {
    const told = said({ tier: 'P3', notes: 'Fee agreed', required: asked('C01', '@ALL') });
    expect(told.get('C01>C01')?.details).toContain('Fee agreed');
    expect(told.get('C02>C02')?.details).not.toContain('Fee agreed');
  });
});

describe('addresses', () => {
  it('a hotel is shown to its guest, their agent and coordinators, and to nobody else', () => {
    const told = said({ kind: 'accommodation', venue: hotel.id, tier: 'P3', required: asked('CA01', '@ALL') });
    const places = Object.fromEntries([...told].map(([who, { place }]) => [who, place]));
    const address = 'The Ropewalk Hotel, V20 Road, Bristol BS1 1AA';
    expect(places).toEqual({
      'AG01>AG01': '',
      'AG01>CA01': address,
      'C01>C01': '',
      'C02>C02': '',
      'C03>C03': address,
      'CA01>CA01': address,
    });
  });
});

describe('calls', () => {
  const calls = [
    call('CA01', { pickup: '05:45', makeup: '06:30', pickupFrom: 'home', driver: brandId('C01') }),
    call('C01', { arrive: '05:15' }),
  ];
  it('each reader is told their own times and nobody else’s', () => {
    const told = said({ kind: 'shoot_day', calls, required: asked('CA01', 'C01', 'C02') });
    expect(told.get('CA01>CA01')?.details).toContain(
      'Your call: pick-up 05:45 (from home, driver Carl Crew), make-up 06:30',
    );
    expect(told.get('AG01>CA01')?.details).toContain("Seren Star's call: pick-up 05:45");
    expect(told.get('C01>C01')?.details).toContain('Your call: arrive 05:15');
    expect(told.get('C01>C01')?.details).not.toMatch(/05:45|home/);
    expect(told.get('C02>C02')?.details).not.toMatch(/05:45|05:15|home/);
  });
});

describe('a recce', () => {
  const snapshot = tidewrack('E026');
  const [recce] = snapshot.events.values();
  if (!recce) throw new Error('E026 is not in the sheet');
  const { statements } = readersOf(recce.content, snapshot);
  const details = (who: string) => statements.find(({ reader }) => reader.person === who)?.statement?.details ?? '';

  it('tells meeting point, stops, lunch, site contacts, hazards, leader, vehicles and the wet-weather plan', () => {
    const text = details('C31');
    for (const part of [
      'Meet 07:45, leave 08:00 Lantern House (production office), Unit 9, Glassblowers Yard',
      'Lunch 12:20-13:10',
      'Site contact: Len Abbot (keyholder) 0117 496 0112',
      'Wet floors, asbestos register, hard soles',
      'Finish 16:20',
      'Tour leader: Maelle Drummond 07700',
      'If lost, ring Tilly Anstruther',
      '(minibus, 16 seats)',
      'Wet weather: V16 quay walk moves to dock office',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('N01 shows no mobile but those of tour leader, drivers and site contacts', () => {
    const allowed = new Set(['C26', 'C60', 'C59'].map(name => snapshot.people.get(brandId(name))?.phone));
    const mobiles = [...snapshot.people.values()]
      .map(one => one.phone)
      .filter(phone => phone !== null && !allowed.has(phone));
    for (const { statement } of statements) {
      expect(mobiles.filter(phone => phone && statement?.details.includes(phone))).toEqual([]);
    }
  });

  it('tells the late joiner alone where they join', () => {
    expect(details('C36')).toContain('Your call: arrive 10:05\nYour joining point:');
    expect(details('C31')).not.toContain('joining point');
  });
});

describe('a series', () => {
  const weekly = {
    rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=4',
    when: timed('2027-03-16', '10:00', '11:00'),
    except: ['2027-03-23T10:00:00' as OccurrenceStart],
    overrides: [
      {
        occurrence: '2027-03-30T10:00:00' as OccurrenceStart,
        status: 'changed',
        when: timed('2027-03-31', '12:00', '13:00'),
        venue: null,
        title: null,
        notes: null,
      },
    ],
    required: asked('C01'),
  } as const satisfies Partial<EventContent>;
  const told = said(weekly).get('C01>C01');

  it('is told as its dates, at the same clock time across the clock change', () => {
    expect(told?.occurrences?.map(date => date.when.start)).toEqual([
      '2027-03-16T10:00:00',
      '2027-03-31T12:00:00',
      '2027-04-06T10:00:00',
    ]);
  });

  it('is over only after its last date, and a change to a date gone by is not told', () => {
    if (!told) throw new Error('nothing was told');
    expect(isOver(told, at('2027-04-06T10:59'))).toBe(false);
    expect(isOver(told, at('2027-04-06T11:00'))).toBe(true);
    const fewer = said({ ...weekly, except: [...weekly.except, '2027-03-16T10:00:00' as OccurrenceStart] }).get(
      'C01>C01',
    );
    if (!fewer) throw new Error('nothing was told');
    expect(mustBeTold(told, fewer, at('2027-03-15T00:00'))).toBe(true);
    expect(mustBeTold(told, fewer, at('2027-03-17T00:00'))).toBe(false);
  });

  it('with a rule that cannot be read keeps nobody from their mail', () => {
    expect(said({ ...weekly, rrule: 'FREQ=SECONDLY' }).get('C01>C01')?.occurrences).toEqual([]);
  });
});
