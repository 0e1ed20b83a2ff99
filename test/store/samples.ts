/** Small schedules, calendars and messages for the tests of the store. */

import type { Account, BusyBlock, CalendarLink } from '../../src/model/calendar.ts';
import type { Attempt, Copy, Observed, Present } from '../../src/model/copy.ts';
import type { EventContent, EventVersion, ScheduledEvent } from '../../src/model/event.ts';
import type { Face } from '../../src/model/face.ts';
import type { Finding } from '../../src/model/finding.ts';
import {
  type AccountId,
  type AttemptId,
  brandId,
  type CalendarId,
  type CopyKey,
  type EventId,
  type FindingId,
  type GroupId,
  type OutboxId,
  type PersonId,
  type ProductionId,
  type RemoteId,
  type Tag,
  type VenueId,
} from '../../src/model/ids.ts';
import type { OutboxMessage, Told } from '../../src/model/message.ts';
import type { Group, Person, Venue } from '../../src/model/person.ts';
import type { Reply } from '../../src/model/reply.ts';
import type { LocalDateTime, When, ZoneName } from '../../src/model/when.ts';
import type { Repositories } from '../../src/store/store.ts';
import { blankContent, blankPerson } from '../blank.ts';

export const production = brandId<ProductionId>('TIDE');
export const zone = 'Europe/London' as ZoneName;
export const eventId = (id: string) => brandId<EventId>(id);
export const personId = (id: string) => brandId<PersonId>(id);
export const calendarId = (id: string) => brandId<CalendarId>(id);
export const remoteId = (id: string) => brandId<RemoteId>(id);
export const attemptId = (id: string) => brandId<AttemptId>(id);
export const account = brandId<AccountId>('office');

const when: When = {
  kind: 'timed',
  start: '2027-03-16T08:00:00' as LocalDateTime,
  end: '2027-03-16T09:00:00' as LocalDateTime,
  zone,
};

export function content(title: string): EventContent {
  return {
    ...blankContent,
    kind: 'hod_meeting',
    title,
    when,
    venue: brandId<VenueId>('V01'),
    required: [{ kind: 'person', id: personId('C06') }],
    notes: 'Bring “boots” \u{1F97E}, a\u0000nul and a lone \ud800',
    extra: { 'Unit base': 'Kiln Lane' },
  };
}

export function event(id: string, version = 1, title = `Event ${id}`): ScheduledEvent {
  return {
    production,
    id: eventId(id),
    uid: `${id}@callboard`,
    incarnation: 0,
    version,
    sequence: version - 1,
    content: content(title),
    published: null,
    updatedAt: 1_800_000_000_000 + version,
    updatedBy: 'sec',
  };
}

export function versionOf(event: ScheduledEvent): EventVersion {
  const { id, version, content, updatedAt: at, updatedBy: by } = event;
  return { id, version, content, at, by, source: 'api' };
}

export function person(id: string, version = 1): Person {
  return {
    ...blankPerson,
    production,
    id: personId(id),
    name: `Person ${id}`,
    role: 'Gaffer',
    department: 'Electrical',
    email: `${id.toLowerCase()}@example.org`,
    base: 'BRC',
    calendar: 'caldav',
    version,
  };
}

export function venue(id: string, version = 1): Venue {
  return {
    production,
    id: brandId<VenueId>(id),
    name: 'Kiln Lane',
    kind: 'studio',
    address: '1 Kiln Lane',
    lat: 51.4,
    lon: -2.6,
    zone: 'BRC',
    stepFree: 'yes',
    exclusive: true,
    capacity: null,
    parking: '',
    contact: '',
    hazards: '',
    notes: '',
    addressTier: 'P1',
    extra: {},
    version,
  };
}

export function group(id: string, version = 1): Group {
  return { production, id: brandId<GroupId>(id), members: [personId('C06')], notes: '', version };
}

export const officeAccount: Account = { id: account, provider: 'caldav', secret: 'sealed', gateUntil: null };

export function link(id: string, person = 'C06'): CalendarLink {
  return {
    id: calendarId(id),
    production,
    person: personId(person),
    account,
    provider: 'caldav',
    mode: 'two-way',
    carrier: 'copy',
    url: 'http://127.0.0.1/cal/',
    user: 'c06',
    calendar: null,
    source: 'added',
  };
}

const face: Face = { when, title: 'Heads', place: '', notes: '', url: null, busy: 'busy', series: null };

export function present(id: string, tag = 'one'): Present {
  return {
    kind: 'present',
    remoteId: remoteId(id),
    tag: brandId<Tag>(tag),
    face,
    marker: null,
    uid: null,
    native: null,
    blocks: true,
    remark: null,
  };
}

export const gone = (id: string): Observed => ({ kind: 'gone', remoteId: remoteId(id) });
export const unreadable = (id: string): Observed => ({
  kind: 'unreadable',
  remoteId: remoteId(id),
  tag: null,
  problem: 'no start',
});

export function copy(calendar: string, event: string, generation = 1): Copy {
  return {
    calendarId: calendarId(calendar),
    eventId: eventId(event),
    generation,
    key: brandId<CopyKey>(`${calendar}-${event}-${generation}`),
    state: 'placed',
    remoteId: remoteId(`${event}.ics`),
    base: { sent: face, seen: face, tag: brandId<Tag>('one'), eventVersion: 1, guessed: [] },
    problem: null,
    stuckOn: null,
    writes: [1_800_000_000_000],
    declined: [],
  };
}

export function attempt(id: string, startedAt: number, calendar = 'C06-caldav'): Attempt {
  return {
    id: attemptId(id),
    calendarId: calendarId(calendar),
    key: brandId<CopyKey>(`key-${id}`),
    verb: 'create',
    fields: face,
    units: [],
    startedAt,
    outcome: 'open',
  };
}

export const busyBlock = (from: number, to: number): BusyBlock => ({ from, to, tentative: false, allDay: true });

export function finding(id: string, key: string, change: Partial<Finding> = {}): Finding {
  return {
    id: brandId<FindingId>(id),
    production,
    key,
    kind: 'conflict',
    state: 'open',
    calendar: calendarId('C06-caldav'),
    person: personId('C06'),
    event: eventId('E001'),
    title: 'Two titles',
    met: [{ field: 'title', occurrence: null, ours: 'a', theirs: 'b', base: null }],
    suggestions: [],
    openedAt: 1,
    changedAt: 1,
    decided: null,
    ...change,
  };
}

export function told(event: string, person: string, sequence = 0): Told {
  return {
    production,
    event: eventId(event),
    reader: { person: personId(person), about: personId(person) },
    statement: null,
    uid: `${event}@callboard`,
    sequence,
    eventVersion: 1,
    itip: true,
    messageIds: ['<one@callboard>'],
    at: 5,
  };
}

export function message(id: string, change: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id: brandId<OutboxId>(id),
    production,
    event: eventId('E001'),
    reader: { person: personId('C06'), about: personId('C06') },
    kind: 'invite',
    state: 'held',
    version: 1,
    statement: null,
    sequence: 0,
    messageId: `<${id}@callboard>`,
    waitsFor: 'release',
    dueAt: 10,
    createdAt: 1,
    changedAt: 1,
    sentAt: null,
    tries: 0,
    problem: null,
    mail: null,
    ...change,
  };
}

export function reply(id: string, change: Partial<Reply> = {}): Reply {
  return {
    id,
    production,
    event: eventId('E001'),
    person: personId('C06'),
    by: personId('C06'),
    answer: 'accepted',
    occurrence: null,
    proposed: null,
    comment: 'With “pleasure” \u{1F97E}',
    source: 'mail',
    version: 1,
    at: 5,
    receivedAt: 6,
    ...change,
  };
}

/** The production, with an event. */
export async function plant({ schedule }: Repositories, ...events: readonly string[]): Promise<void> {
  await schedule.ensureProduction({ id: production, name: 'Tidewrack', zone });
  for (const id of events) await schedule.putEvent(event(id), versionOf(event(id)), null);
}
