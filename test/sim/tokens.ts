/** Everything a human types is told apart from everything else, which is what makes “lost” decidable. */
import { brandId, type VenueId } from '../../src/model/ids.ts';
import type { When, ZoneName } from '../../src/model/when.ts';

export const london = brandId<ZoneName>('Europe/London');

/** One value somebody typed. */
export type Token = {
  readonly field: 'title' | 'place' | 'notes' | 'when' | 'url' | 'occurrence' | 'own';
  /** Texts any of which shows that the value is on record. */
  readonly marks: readonly string[];
  /** Where it was typed; null: in the schedule. */
  readonly calendar: string | null;
  readonly item: string | null;
  readonly event: string | null;
  /** Which occurrence of a series; null: the item itself. */
  readonly occurrence: string | null;
  /** Why it need not be on record; null: it must. */
  excused: string | null;
};

/** Gives values out, each once. */
export class Tokens {
  readonly all: Token[] = [];
  /** Every value of a field that a human typed or was shown as what they had typed, with the calendars it was typed in. */
  readonly #typed = new Map<string, Set<string>>();
  #next = 0;
  #venues = 0;

  text(prefix: string, length = 0): string {
    this.#next += 1;
    return `${prefix}${this.#next}.`.padEnd(length, ' long');
  }

  venue(count: number): VenueId | null {
    if (this.#venues >= count) return null;
    this.#venues += 1;
    return venueId(this.#venues);
  }

  /** For dates of a series that are moved: never the time of day of a series. */
  moved(): When {
    return this.when(false, false, 15);
  }

  /** A time nobody had yet: starts on even minutes, ends on odd ones, so that no end is another's start. */
  when(allDay: boolean, seconds: boolean, hour = 7): When {
    this.#next += 1;
    const n = this.#next;
    const pad = (value: number) => String(value).padStart(2, '0');
    if (allDay) {
      const start = Temporal.PlainDate.from('2027-05-01').add({ days: n });
      return { kind: 'all-day', start: String(start), end: String(start.add({ days: 1 })), zone: london } as When;
    }
    const day = Temporal.PlainDate.from('2027-03-08').add({ days: n % 20 });
    const minute = hour * 60 + Math.floor(n / 20) * 2;
    const clock = (at: number) => `${pad(Math.floor(at / 60))}:${pad(at % 60)}:${seconds ? '30' : '00'}`;
    const time = (at: number) => `${day}T${clock(at)}`;
    return { kind: 'timed', start: time(minute), end: time(minute + 45), zone: london } as When;
  }

  register(token: Omit<Token, 'excused'>, value: unknown): Token {
    const made: Token = { ...token, excused: null };
    this.all.push(made);
    this.note(value, token.calendar);
    return made;
  }

  /** A human has this value in front of them in this calendar (or the schedule, null). */
  note(value: unknown, calendar: string | null): void {
    const key = typedKey(value);
    const places = this.#typed.get(key) ?? new Set();
    places.add(calendar ?? '');
    this.#typed.set(key, places);
  }

  wasTyped(value: unknown): boolean {
    return this.#typed.has(typedKey(value));
  }

  wasTypedIn(value: unknown, calendar: string): boolean {
    return this.#typed.get(typedKey(value))?.has(calendar) === true;
  }
}

export function venueId(n: number): VenueId {
  return brandId<VenueId>(`V${String(n).padStart(3, '0')}`);
}

/** Trimmed texts and times without their zone: what survives every provider. */
function typedKey(value: unknown): string {
  if (typeof value === 'string') return `text ${value.replace(/\s+/g, ' ').trim()}`;
  if (typeof value === 'object' && value !== null && 'start' in value && 'end' in value) {
    return `when ${String(value.start)} ${String(value.end)}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}
