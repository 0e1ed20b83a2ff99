/** Who and what a Microsoft sandbox holds: people, their calendars, what was mailed, and its habits. No sockets. */
import { CalendarState } from './calendar-state.ts';
import { GraphRefusal, type StoredEvent } from './microsoft-event.ts';
import type { Names } from './microsoft-shape.ts';

export type MicrosoftUser = Readonly<{ address: string; name: string }>;

/** What the real service does on one day and not on another; every switch may be turned while the server runs. */
export type MicrosoftSwitches = {
  /** Whether a write with an outdated If-Match is refused. Undocumented, so both must do. */
  ifMatch: 'ignore' | 'enforce';
  /** Whether a series tells which of its occurrences were taken away. */
  tellsCancelled: boolean;
  /** How a transaction id that is used again with another event is refused. */
  duplicate: 400 | 409;
  /** Whether that refusal names the event. */
  namesExisting: boolean;
  /** Milliseconds that every request takes, so that requests meet. */
  latencyMs: number;
  /** Requests for one mailbox at a time. */
  concurrency: number;
  /** Parts of one batch that are under way at once; above `concurrency` the mailbox turns some of them away. */
  batchWidth: number;
  /** Every delta page says that there is more. */
  endlessPages: boolean;
  /** Mailboxes that answer 403, 404 without a licence, or nothing but 401. */
  denied: Set<string>;
  unlicensed: Set<string>;
  /** By mailbox: who else may open it. */
  delegates: Map<string, Set<string>>;
  /** No answer to anything. */
  down: boolean;
};

export type SandboxMailCall = Readonly<{
  user: string;
  kind: 'invitation' | 'update' | 'cancellation' | 'response';
  to: string[];
}>;
export type SentMime = Readonly<{ user: string; mime: string }>;

/** One calendar of a person. `state` holds its events by a name that both kinds of id derive from. */
export type MicrosoftCalendar = Readonly<{
  id: string;
  owner: string;
  name: string;
  isDefault: boolean;
  state: CalendarState<StoredEvent>;
}>;

export class MicrosoftWorld {
  readonly switches: MicrosoftSwitches = {
    ifMatch: 'ignore',
    tellsCancelled: true,
    duplicate: 400,
    namesExisting: true,
    latencyMs: 0,
    concurrency: 4,
    batchWidth: 4,
    endlessPages: false,
    denied: new Set(),
    unlicensed: new Set(),
    delegates: new Map(),
    down: false,
  };
  readonly users = new Map<string, MicrosoftUser>();
  /** Meeting mail that writes with attendees have caused. */
  readonly meetingMail: SandboxMailCall[] = [];
  /** What went out through sendMail. */
  readonly sent: SentMime[] = [];
  /** By mailbox and transaction id: the event, and what was asked for. Never forgotten. */
  readonly transactions = new Map<string, Readonly<{ name: string; body: string }>>();
  readonly #calendars = new Map<string, MicrosoftCalendar>();
  #count = 0;

  addUser(user: MicrosoftUser): void {
    this.users.set(user.address, user);
    this.addCalendar(user.address, 'Calendar', true);
  }

  addCalendar(owner: string, name: string, isDefault = false): MicrosoftCalendar {
    const id = `AAkC${encode(`${owner}/${name}`)}`;
    const state = new CalendarState<StoredEvent>({ normalise: event => event, sharesUids: true, reusesIds: true });
    const calendar = { id, owner, name, isDefault, state };
    this.#calendars.set(id, calendar);
    return calendar;
  }

  removeCalendar(id: string): void {
    this.#calendars.delete(id);
  }

  calendarsOf(owner: string): MicrosoftCalendar[] {
    return [...this.#calendars.values()].filter(calendar => calendar.owner === owner);
  }

  /** @param id null: the main one. Throws GraphRefusal. */
  calendar(owner: string, id: string | null): MicrosoftCalendar {
    const found = this.calendarsOf(owner).find(each => (id === null ? each.isDefault : each.id === id));
    if (found === undefined) throw new GraphRefusal(404, 'ErrorItemNotFound', 'The specified folder was not found.');
    return found;
  }

  /** A fresh name for an event. */
  newName(): string {
    this.#count += 1;
    return `e${this.#count}`;
  }
}

/** An event or an occurrence of one, by its own name. */
export type Named = Readonly<{ name: string; mint: number; slot: string | null }>;

/** Ids as they go over the wire: immutable ones stay when an item moves to another calendar, regular ones do not. */
export function namesOf(calendar: MicrosoftCalendar, name: string, mint: number, immutable: boolean): Names {
  const id = (rest: string) => (immutable ? `AAkA${encode(rest)}=` : `AAMk${encode(`${calendar.id}|${rest}`)}=`);
  return { event: id(name), instance: slot => id(`${name}|${mint}|${slot}`) };
}

/** Throws GraphRefusal `ErrorInvalidIdMalformed`. */
export function namedBy(id: string, calendar: MicrosoftCalendar, immutable: boolean): Named {
  const [, kind, rest] = /^(AAkA|AAMk)([\w-]+)=$/.exec(id) ?? [];
  if (kind === undefined || rest === undefined || immutable !== (kind === 'AAkA')) {
    throw new GraphRefusal(400, 'ErrorInvalidIdMalformed', 'Id is malformed.');
  }
  const parts = Buffer.from(rest, 'base64url').toString('utf8').split('|');
  if (!immutable && parts.shift() !== calendar.id) throw notFound();
  const [name = '', mint = '0', slot = null] = parts;
  return { name, mint: Number(mint), slot };
}

export function notFound(): GraphRefusal {
  return new GraphRefusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
