/** The person whose calendar it is, at work in Google's own pages and apps. For tests and the demo. */

import type { SandboxEvent } from './google-event.ts';
import { listEvents } from './google-list.ts';
import type { GoogleCalendar, GoogleWorld } from './google-world.ts';
import { deleteEvent, findEvent, insertEvent, patchStored, type Writing } from './google-writes.ts';

export type GoogleHand = Readonly<{
  calendar: GoogleCalendar;
  /** Everything there is, cancelled events too, as Google keeps it. */
  events(): readonly SandboxEvent[];
  /** Single dates up to an instant (ISO 8601), as Google's page shows them. */
  dates(until: string): readonly SandboxEvent[];
  /** The one event that holds this text, or has this id. */
  find(mark: string): SandboxEvent;
  /** Gives the id. */
  add(event: Readonly<Record<string, unknown>>): string;
  edit(id: string, changes: Readonly<Record<string, unknown>>): void;
  remove(id: string): void;
  /** Drags the event to another calendar: it is cancelled here, and there under the same id. */
  move(id: string, to: GoogleCalendar): void;
  /** As Google's page duplicates an event: private properties and all. Gives the id of the duplicate. */
  duplicate(id: string): string;
  /** As Google's editor saves a description: as HTML. */
  typeNotes(id: string, html: (html: string) => string): void;
  /** “This and following events”: the series ends before this occurrence, and another begins there. Gives its id. */
  split(id: string, occurrence: string, changes: Readonly<Record<string, unknown>>): string;
}>;

export function handOn(
  world: GoogleWorld,
  calendar: GoogleCalendar,
  parts: Readonly<{ now(): number; newId(): string }>,
): GoogleHand {
  const writing = (): Writing => ({
    world,
    calendar,
    user: calendar.owner,
    now: new Date(parts.now()).toISOString(),
    newId: parts.newId,
    ifMatch: null,
    sendUpdates: 'all',
  });
  const event = (id: string): SandboxEvent => findEvent(calendar, id).event;
  const insert = (body: Readonly<Record<string, unknown>>): string => insertEvent(writing(), body).event.id ?? '';
  return {
    calendar,
    events: () => calendar.state.items().map(({ content }) => content),
    dates: until => datesOf(world, calendar, until),
    find(mark) {
      const alive = calendar.state.items().filter(({ content }) => content.status !== 'cancelled');
      const found = alive.find(({ id, content }) => id === mark || JSON.stringify(content).includes(mark));
      if (!found) throw new Error(`${calendar.id} has no event with ${mark}`);
      return found.content;
    },
    add: insert,
    edit: (id, changes) => void patchStored(writing(), id, changes),
    remove: id => deleteEvent(writing(), id),
    move(id, to) {
      const moved = event(id);
      to.put({ ...moved, organizer: { email: to.id, self: true } });
      calendar.put({ ...moved, status: 'cancelled' });
    },
    duplicate(id) {
      const { id: _, iCalUID: __, ...copy } = event(id);
      return insert({ ...copy });
    },
    typeNotes(id, change) {
      const text = event(id).description ?? '';
      patchStored(writing(), id, { description: change(asHtml(text)) });
    },
    split: (id, occurrence, changes) => splitSeries(writing(), id, Date.parse(occurrence), changes),
  };
}

function datesOf(world: GoogleWorld, calendar: GoogleCalendar, until: string): readonly SandboxEvent[] {
  const wanted = { singleEvents: 'true', maxResults: '2500', timeMax: until, orderBy: 'startTime' };
  const switches = { ...world.switches, pageLimit: null };
  const query = new URLSearchParams(wanted);
  return listEvents({ calendar, query, switches, listings: new Map(), now: 0, role: 'owner' }).items ?? [];
}

function splitSeries(writing: Writing, id: string, at: number, changes: Readonly<Record<string, unknown>>): string {
  const { calendar } = writing;
  const { recurrence, id: _, iCalUID: __, ...series } = findEvent(calendar, id).event;
  const plain = (recurrence?.[0] ?? '').replace(/;(UNTIL|COUNT)=[^;]*/g, '');
  const basic = (instant: number) => new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  patchStored(writing, id, { recurrence: [`${plain};UNTIL=${basic(at - 1000)}Z`] });
  const rest = insertEvent(writing, { ...series, recurrence: [plain], ...changes }).event;
  // The page gives such series names of a form that nobody else may choose.
  calendar.state.remove(rest.id ?? '');
  const name = `${id}_R${basic(at)}`;
  calendar.put({ ...rest, id: name, iCalUID: `${name}@google.com` });
  return name;
}

/** As a browser gives back what it understood of a text as HTML: what it took for an unknown element is gone. */
function asHtml(text: string): string {
  return text
    .replace(/<\/?(?!(?:a|b|br|div|i|li|p|span|u|ul)\b)[a-z!][^<>]*>/gi, '')
    .replace(/&(?!#?\w+;)/g, '&amp;')
    .replace(/<(?!\/?[a-z])/gi, '&lt;')
    .replaceAll('\n', '<br>');
}
