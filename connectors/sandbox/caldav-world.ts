/** Who and what a CalDAV sandbox holds: users, their calendars, and its habits. */
import { CalendarState } from './calendar-state.ts';

export type SandboxUser = Readonly<{ name: string; password: string }>;

/** What real servers do differently; every switch may be turned while the server runs. */
export type CaldavSwitches = {
  syncCollection: boolean;
  /** Cuts listings to this many members, with 507; null: never. */
  truncateAt: number | null;
  etagOnPut: boolean;
  /** Stores the properties in another order than they came, as Radicale and Xandikos do. */
  rewrites: boolean;
  /** Says 207 with an inner 412 where others refuse outright, and 500 to a lost token, as Xandikos does. */
  hostile: boolean;
  /** No answer to anything. */
  down: boolean;
};

export type SandboxCalendar = Readonly<{ user: string; name: string; path: string; state: CalendarState<string> }>;

export class CaldavWorld {
  readonly switches: CaldavSwitches = {
    syncCollection: true,
    truncateAt: null,
    etagOnPut: true,
    rewrites: false,
    hostile: false,
    down: false,
  };
  readonly users = new Map<string, SandboxUser>();
  readonly #calendars = new Map<string, SandboxCalendar>();

  addCalendar(user: string, name: string): SandboxCalendar {
    const path = `${homePath(user)}${name}/`;
    const state = new CalendarState<string>({
      normalise: text => (this.switches.rewrites ? reordered(text) : text),
      sharesUids: false,
      reusesIds: true,
    });
    const calendar = { user, name, path, state };
    this.#calendars.set(path, calendar);
    return calendar;
  }

  removeCalendar(path: string): void {
    this.#calendars.delete(path);
  }

  /** The calendar at this path, with or without a slash at its end; null: there is none. */
  calendarAt(path: string): SandboxCalendar | null {
    return this.#calendars.get(path.endsWith('/') ? path : `${path}/`) ?? null;
  }

  calendarsOf(user: string): readonly SandboxCalendar[] {
    return [...this.#calendars.values()].filter(calendar => calendar.user === user);
  }
}

export function principalPath(user: string): string {
  return `/principals/${user}/`;
}

export function homePath(user: string): string {
  return `/calendars/${user}/`;
}

/** The lines of a calendar text without folding. */
export function unfold(text: string): string[] {
  return text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter(Boolean);
}

/** The same components with the properties of each sorted, unfolded. */
function reordered(text: string): string {
  const lines = unfold(text);
  const component = (): string[] => {
    const begin = lines.shift() ?? '';
    const own: string[] = [];
    const parts: string[] = [];
    while (lines[0] !== undefined && !lines[0].startsWith('END:')) {
      if (lines[0].startsWith('BEGIN:')) parts.push(...component());
      else own.push(lines.shift() ?? '');
    }
    return [begin, ...own.sort(), ...parts, lines.shift() ?? ''];
  };
  return `${component().join('\r\n')}\r\n`;
}
