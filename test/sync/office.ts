/**
 * A small production office with real parts: the store in memory, the CalDAV connector, and a sandbox server in which
 * a test can also act as the person whose calendar it is. Only the clock is set by hand.
 */

import { caldavConnector } from '../../connectors/caldav/index.ts';
import { icsConnector } from '../../connectors/ics/index.ts';
import { type CaldavSandbox, startCaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import { defaultRights } from '../../src/config/rights.ts';
import type { CalendarRow, Mode } from '../../src/model/calendar.ts';
import type { EventContent, EventKind, Invitee, ScheduledEvent } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/finding.ts';
import {
  brandId,
  type CalendarId,
  type EventId,
  type PersonId,
  type ProductionId,
  type VenueId,
} from '../../src/model/ids.ts';
import type { Person, Venue } from '../../src/model/person.ts';
import { instantOf, type LocalDateTime, type When, type ZoneName } from '../../src/model/when.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { bareAccount, linksOf } from '../../src/sync/links.ts';
import type { SyncParts } from '../../src/sync/parts.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { type SyncReport, syncOnce } from '../../src/sync/sync-once.ts';
import { blankContent, blankPerson, blankVenue } from '../blank.ts';

export const tide = brandId<ProductionId>('tide');
export const london = brandId<ZoneName>('Europe/London');
export const id = (text: string) => brandId<EventId>(text);
export const calendarOf = (person: string) => brandId<CalendarId>(`${person}-caldav`);

const password = 'secret';

export interface Office extends AsyncDisposable {
  readonly store: Store;
  readonly server: CaldavSandbox;
  readonly parts: SyncParts;
  /** Requests made since the last call. */
  requests(): string[];
  clock: number;
  link(person: string, mode?: Mode): Promise<void>;
  save(event: string, changes?: Partial<EventContent>, by?: string): Promise<ScheduledEvent>;
  sync(only?: string): Promise<SyncReport>;
  row(person: string): Promise<CalendarRow>;
  findings(state?: Finding['state']): Promise<readonly Finding[]>;
  /** The texts in a person's calendar. */
  items(person: string): string[];
  /** Another program edits the item that contains `mark`. */
  edit(person: string, mark: string, change: (text: string) => string): void;
  drop(person: string, mark: string): void;
  add(person: string, name: string, text: string): void;
  /** The same store and calendars in the hands of another process. */
  restart(): SyncParts;
}

export async function openOffice(people: readonly string[] = ['C02'], store?: Store): Promise<Office> {
  const log = createLog('silent');
  const system = systemRuntime(log);
  const seen: string[] = [];
  const server = await startCaldavSandbox({
    runtime: system,
    users: [],
    onRequest: ({ method }) => void seen.push(method),
  });
  const opened = store ?? (await openStore('sqlite::memory:'));
  const state = { clock: instantOf('2027-02-22T09:00:00' as LocalDateTime, london) };
  const runtime: Runtime = { ...system, now: () => state.clock };
  const parts = (owner: string): SyncParts => ({
    store: opened,
    runtime,
    connector: provider => {
      const found = [caldavConnector, icsConnector].find(one => one.provider === provider);
      if (!found) throw new RemoteError('unsupported', `no ${provider}`);
      return found;
    },
    secret: async () => password,
    keepSecret: async () => {},
    webhook: () => null,
    fetch: globalThis.fetch,
    settings: { pastDays: 7, futureDays: 400, intervalMs: 60_000, rights: defaultRights, held: [] },
    owner,
  });
  const engine = parts('first');
  const calendar = (person: string) => server.calendar(person.toLowerCase(), 'diary');
  const find = (person: string, mark: string) => {
    const found = calendar(person)
      .state.items()
      .find(item => item.content.includes(mark));
    if (!found) throw new Error(`no item of ${person} contains ${mark}`);
    return found;
  };
  const office: Office = {
    store: opened,
    server,
    parts: engine,
    requests: () => seen.splice(0),
    get clock() {
      return state.clock;
    },
    set clock(now) {
      state.clock = now;
    },
    async link(person, mode = 'two-way') {
      const user = person.toLowerCase();
      server.addUser({ name: user, password });
      const { url } = server.addCalendar(user, 'diary');
      const request = {
        production: tide,
        person: brandId<PersonId>(person),
        provider: 'caldav' as const,
        mode,
        carrier: 'copy' as const,
        url,
        user,
        calendar: null,
      };
      const [link] = linksOf([request], 'config');
      if (!link) throw new Error('no link');
      await opened.write(async r => {
        await r.calendars.putAccount(bareAccount(link));
        await r.calendars.putLink(link);
      });
    },
    async save(event, changes = {}, by = 'Bethan Larkspur') {
      return await opened.write(async r => {
        const current = await r.schedule.event(tide, id(event));
        return await saveEvent(r, {
          production: tide,
          id: id(event),
          expected: current?.version ?? null,
          content: { ...(current?.content ?? blank(event)), ...changes },
          by,
          source: 'web',
          now: state.clock,
          held: [],
        });
      });
    },
    sync: only =>
      syncOnce(engine, {
        only: only === undefined ? null : calendarOf(only),
        concurrency: 4,
        signal: new AbortController().signal,
      }),
    async row(person) {
      const row = await opened.read(r => r.calendars.get(calendarOf(person)));
      if (!row) throw new Error(`no calendar of ${person}`);
      return row;
    },
    findings: wanted => opened.read(r => r.findings.list(tide, wanted)),
    items: person =>
      calendar(person)
        .state.items()
        .map(item => item.content),
    edit(person, mark, change) {
      const { id: name, uid, content } = find(person, mark);
      calendar(person).state.put(name, uid, change(content));
    },
    drop(person, mark) {
      calendar(person).state.remove(find(person, mark).id);
    },
    add(person, name, text) {
      const uid = /^UID:(.*)$/m.exec(text)?.[1]?.trim() ?? name;
      calendar(person).state.put(name, uid, text);
    },
    restart: () => parts('second'),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await opened[Symbol.asyncDispose]();
    },
  };
  if (!store) await fill(opened, people);
  for (const person of people) await office.link(person);
  return office;
}

async function fill(store: Store, people: readonly string[]): Promise<void> {
  await store.write(async r => {
    await r.schedule.ensureProduction({ id: tide, name: 'TIDE', zone: london });
    for (const one of people) await r.schedule.putPerson(personOf(one), null);
    for (const venue of ['V01', 'V02']) await r.schedule.putVenue(venueOf(venue), null);
  });
}

export const timed = (start: string, end: string, zone: ZoneName = london): When =>
  ({ kind: 'timed', start: `${start}:00`, end: `${end}:00`, zone }) as When;

export const named = (...people: string[]): Invitee[] =>
  people.map(person => ({ kind: 'person', id: brandId<PersonId>(person) }));

function blank(event: string, kind: EventKind = 'meeting'): EventContent {
  return {
    ...blankContent,
    kind,
    title: `Meeting ${event}`,
    when: timed('2027-03-08T10:00', '2027-03-08T11:00'),
    venue: brandId<VenueId>('V01'),
    required: named('C02'),
  };
}

function personOf(person: string, changes: Partial<Person> = {}): Person {
  return {
    ...blankPerson,
    production: tide,
    id: brandId<PersonId>(person),
    name: `Person ${person}`,
    role: 'Producer',
    department: 'Producers',
    email: `${person.toLowerCase()}@tide.test`,
    timezone: london,
    base: 'BRC',
    calendar: 'caldav',
    ...changes,
  };
}

function venueOf(venue: string): Venue {
  return {
    ...blankVenue,
    production: tide,
    id: brandId<VenueId>(venue),
    name: `Hall ${venue}`,
    kind: 'office',
    address: '1 Quay, Bristol',
    zone: 'BRC',
    stepFree: 'yes',
  };
}

/** A private appointment as another program writes it. */
export function appointment(uid: string, start: string, end: string, more = ''): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Phone//EN', 'BEGIN:VEVENT', `UID:${uid}`];
  lines.push(
    'DTSTAMP:20270101T000000Z',
    `DTSTART:${start}`,
    `DTEND:${end}`,
    'SUMMARY:Dentist canary',
    'DESCRIPTION:canary text',
  );
  return `${[...lines, ...(more ? [more] : []), 'END:VEVENT', 'END:VCALENDAR'].join('\r\n')}\r\n`;
}
