/** A small production for mail tests, and the sample's own rows where a test speaks of them. */

import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { CarrierOf } from '../../src/mail/carriers.ts';
import type { MailSettings } from '../../src/mail/outbox.ts';
import { type PlanSettings, planMessages } from '../../src/mail/told.ts';
import type { EventContent, Invitee, ScheduledEvent, Stop } from '../../src/model/event.ts';
import { eventUid } from '../../src/model/identity.ts';
import {
  brandId,
  type EventId,
  type GroupId,
  type OutboxId,
  type PersonId,
  type VenueId,
} from '../../src/model/ids.ts';
import type { OutboxMessage, Told } from '../../src/model/message.ts';
import type { Group, Person, Venue } from '../../src/model/person.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { LocalDate, LocalDateTime, Timed, ZoneName } from '../../src/model/when.ts';
import { blankContent, blankPerson, blankVenue } from '../blank.ts';

export const production = brandId<ScheduleSnapshot['production']>('tidewrack');
export const london = 'Europe/London' as ZoneName;
export const at = (text: string) => Temporal.PlainDateTime.from(text).toZonedDateTime(london).epochMilliseconds;
export const minutes = (count: number) => count * 60_000;

export const office = {
  name: 'TIDEWRACK Office',
  address: 'schedule@tidewrack.test',
  contact: 'Bristol office 0117 496 0100',
};
export const mailSettings: MailSettings = {
  office,
  quietPeriodMs: minutes(10),
  quietHours: { from: '21:00', to: '07:00' },
  reviewOver: 40,
};

const id = <Id extends PersonId | VenueId | EventId | GroupId>(text: string | undefined): Id | null =>
  text ? brandId<Id>(text) : null;

export function person(values: Partial<Record<keyof Person, unknown>> & { id: string }): Person {
  return {
    ...blankPerson,
    production,
    name: `Person ${values.id}`,
    email: `${values.id.toLowerCase()}@example.test`,
    timezone: london,
    ...values,
  } as Person;
}

export function venue(values: Partial<Omit<Venue, 'id'>> & { id: string }): Venue {
  return {
    ...blankVenue,
    production,
    name: `Venue ${values.id}`,
    kind: 'location',
    address: `${values.id} Road, Bristol BS1 1AA`,
    zone: 'BRC',
    ...values,
    id: brandId(values.id),
  };
}

export function timed(day: string, start: string, end: string): Timed {
  return {
    kind: 'timed',
    start: `${day}T${start}:00` as LocalDateTime,
    end: `${day}T${end}:00` as LocalDateTime,
    zone: london,
  };
}

/** People by id; `@RECCE_A` is a group. */
export const asked = (...names: string[]): Invitee[] =>
  names.map(name =>
    name.startsWith('@') ? { kind: 'group', ref: brandId(name.slice(1)) } : { kind: 'person', id: brandId(name) },
  );

export function content(values: Partial<EventContent> = {}): EventContent {
  return {
    ...blankContent,
    title: 'Script conference',
    safeTitle: 'Meeting',
    when: timed('2027-03-16', '14:00', '15:00'),
    venue: brandId('V01'),
    required: asked('C01', 'C02'),
    ...values,
  };
}

export function event(name: string, values: Partial<EventContent> = {}, version = 1, sequence = 0): ScheduledEvent {
  const what = content(values);
  return {
    production,
    id: brandId(name),
    uid: eventUid(production, brandId(name), 0),
    incarnation: 0,
    version,
    sequence,
    content: what,
    published: { version, content: what },
    updatedAt: 0,
    updatedBy: 'test',
  };
}

/** The event as a later edit left it. */
export function edited(before: ScheduledEvent, values: Partial<EventContent>, raises = true): ScheduledEvent {
  const what = { ...before.content, ...values };
  const version = before.version + 1;
  const sequence = before.sequence + (raises ? 1 : 0);
  return { ...before, version, sequence, content: what, published: { version, content: what } };
}

export function snapshotOf(
  events: readonly ScheduledEvent[],
  parts: { people?: readonly Person[]; venues?: readonly Venue[]; groups?: readonly Group[] } = {},
): ScheduleSnapshot {
  const byId = <Id, Item extends { id: Id }>(items: readonly Item[]) => new Map(items.map(item => [item.id, item]));
  return {
    production,
    name: 'TIDEWRACK',
    zone: london,
    revision: 1,
    events: byId(events),
    people: byId(parts.people ?? [person({ id: 'C01' }), person({ id: 'C02' })]),
    venues: byId(parts.venues ?? [venue({ id: 'V01' }), venue({ id: 'V02' })]),
    groups: byId(parts.groups ?? []),
    travel: [],
    constraints: [],
  };
}

export function withEvents(snapshot: ScheduleSnapshot, ...events: readonly ScheduledEvent[]): ScheduleSnapshot {
  return { ...snapshot, events: new Map([...snapshot.events, ...events.map(one => [one.id, one] as const)]) };
}

const rows = (sheet: string): Record<string, string>[] =>
  parse(readFileSync(new URL(`../../fixtures/tidewrack/${sheet}.csv`, import.meta.url)), { columns: true, bom: true });
const list = (cell: string | undefined) => (cell ? cell.split(';') : []);

/** TIDEWRACK's people, venues and groups, with the events named. */
export function tidewrack(...names: string[]): ScheduleSnapshot {
  const sheet = rows('people');
  const people = sheet.map(row => {
    const filled = Object.entries(row).map(([key, cell]) => [key, cell === '' ? null : cell]);
    const texts = { role: row.role, department: row.department, base: row.base, notes: row.notes };
    return person({ ...Object.fromEntries(filled), ...texts, grants: list(row.grants), extra: row } as { id: string });
  });
  const venues = rows('venues').map(row =>
    venue({
      id: row.id ?? '',
      name: row.name ?? '',
      address: row.address ?? '',
      lat: row.lat ? Number(row.lat) : null,
      lon: row.lon ? Number(row.lon) : null,
      stepFree: (row.step_free || null) as Venue['stepFree'],
      parking: row.parking ?? '',
      hazards: row.hazards ?? '',
      addressTier: (row.address_tier || 'P1') as Venue['addressTier'],
    }),
  );
  const groups = rows('groups').map(row => ({
    production,
    id: brandId<GroupId>(row.id ?? ''),
    members: list(row.members).map(member => brandId<GroupId>(member)),
    notes: '',
    version: 1,
  }));
  const groupIds = new Set<string>(groups.map(group => group.id));
  const invitees = (cell: string | undefined) =>
    asked(...list(cell).map(name => (groupIds.has(name) || name.includes(':') ? `@${name}` : name)));
  const events = rows('schedule')
    .filter(row => names.includes(row.id ?? ''))
    .map(row =>
      event(row.id ?? '', {
        kind: row.kind as EventContent['kind'],
        title: row.title ?? '',
        safeTitle: row.safe_title ?? '',
        when: timed(row.date ?? '', row.start ?? '', row.end ?? ''),
        venue: id<VenueId>(row.venue),
        required: invitees(row.required),
        optional: invitees(row.optional),
        tier: row.tier as EventContent['tier'],
        notes: row.notes ?? '',
        rrule: row.rrule || null,
        stops: stopsOf(row.id ?? ''),
        calls: callsOf(row.id ?? ''),
        details: {
          ...blankContent.details,
          vehicles: list(row.vehicles).map(one => brandId<PersonId>(one)),
          tourLeader: id<PersonId>(list(row.tour_leader)[0]),
          ringIfLost: id<PersonId>(row.ring_if_lost),
          wetWeather: row.wet_weather ?? '',
        },
      }),
    );
  return snapshotOf(events, { people, venues, groups });
}

function callsOf(name: string): EventContent['calls'] {
  return rows('calls')
    .filter(row => row.event === name)
    .map(row => ({
      person: brandId(row.person ?? ''),
      pickup: row.pickup || null,
      arrive: row.arrive || null,
      makeup: row.makeup || null,
      onSet: row.on_set || null,
      release: row.release || null,
      basis: null,
      driver: id<PersonId>(row.driver),
      pickupFrom: row.pickup_from || null,
      performingMinutes: null,
      joinAt: id<VenueId>(row.join_at),
      notes: row.notes ?? '',
    }));
}

function stopsOf(name: string): Stop[] {
  return rows('stops')
    .filter(row => row.event === name)
    .map(row => ({
      order: Number(row.order),
      venue: brandId(row.venue ?? ''),
      part: row.part as Stop['part'],
      arrive: row.arrive || null,
      leave: row.leave || null,
      lunchStart: row.lunch_start || null,
      lunchEnd: row.lunch_end || null,
      contact: row.contact || null,
      shootDays: list(row.shoot_days).map(one => brandId<EventId>(one)),
      notes: row.notes ?? '',
    }));
}

const invited: CarrierOf = () => 'invite';
export const copied: CarrierOf = () => 'copy';
const planSettings: PlanSettings = { ...mailSettings, firstImport: false, domain: 'tidewrack.test' };

/** The outbox as a plain list: plans into it, and hands messages over without a server. */
export class Desk {
  told: Told[] = [];
  messages: OutboxMessage[] = [];
  carriers: CarrierOf = invited;
  #ids = 0;

  /** Returns what this planning put. */
  plan(snapshot: ScheduleSnapshot, now: number, settings: Partial<PlanSettings> = {}): readonly OutboxMessage[] {
    const open = this.messages.filter(message => message.state !== 'sent' && message.state !== 'dropped');
    const { put } = planMessages({
      snapshot,
      told: this.told,
      open,
      carriers: this.carriers,
      now,
      settings: { ...planSettings, ...settings },
      newId: () => brandId<OutboxId>(`m${++this.#ids}`),
    });
    const ids = new Set(put.map(message => message.id));
    this.messages = [...this.messages.filter(message => !ids.has(message.id)), ...put];
    return put;
  }

  /** Everything under way arrives. */
  deliver(snapshot: ScheduleSnapshot, now: number): void {
    for (const message of this.messages.filter(({ state }) => state === 'held' || state === 'due')) {
      const { event: name, reader, statement, sequence, version: eventVersion, messageId } = message;
      const known = this.told.find(told => told.event === name && sameReader(told.reader, reader));
      const uid = message.kind === 'cancel' && known ? known.uid : (snapshot.events.get(name)?.uid ?? '');
      const itip = this.carriers(reader.about) === 'invite' && reader.person === reader.about;
      const messageIds = [...(known?.messageIds ?? []), messageId];
      const told = {
        production,
        event: name,
        reader,
        statement,
        uid,
        sequence,
        eventVersion,
        itip,
        messageIds,
        at: now,
      };
      this.told = [...this.told.filter(one => one !== known), told];
      this.messages = this.messages.map(one => (one === message ? { ...one, state: 'sent', sentAt: now } : one));
    }
  }
}

const sameReader = (a: Told['reader'], b: Told['reader']) => a.person === b.person && a.about === b.about;
/** `reader>about` of each message, sorted. */
export const routes = (messages: readonly OutboxMessage[]) =>
  messages
    .map(({ reader }) => (reader.person === reader.about ? reader.person : `${reader.person}>${reader.about}`))
    .sort();
export const localDate = (text: string) => text as LocalDate;
