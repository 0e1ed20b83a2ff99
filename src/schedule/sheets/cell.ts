/** Kinds of cell: how each is read from a sheet and written back. Pure. */
import { isLocalDate, isZone, type LocalDate, type ZoneName } from '../../model/when.ts';

export type Read<T> = Readonly<{ value: T }> | Readonly<{ problem: string }>;

/** What an id in a cell names; `invitee`: a person, a group or a selector; `place`: a venue or a travel zone. */
export type Reference = Readonly<{ to: 'person' | 'venue' | 'group' | 'event' | 'invitee'; id: string }>;

export type Cell<T> = Readonly<{
  /** Reads a cell that is not empty; its outer white space is already gone. */
  read(text: string): Read<T>;
  write(value: T): string;
  /** A number, a date or the like: written bare, never taken for a formula. */
  bare: boolean;
  references(value: T): readonly Reference[];
}>;

const none = () => [];

function cell<T>(read: (text: string) => Read<T>, write: (value: T) => string, bare = false): Cell<T> {
  return { read, write, bare, references: none };
}

/** Any text, several lines allowed. */
export const text: Cell<string> = cell(
  value => ({ value: value.replace(/\r\n?/g, '\n') }),
  value => value,
);

/** Text on one line. */
export const line: Cell<string> = cell(
  value => (/[\r\n]/.test(value) ? { problem: 'has a line break' } : { value }),
  value => value,
);

/** Text shown on one line; the lines of an address become parts between commas. */
export const joinedLine: Cell<string> = cell(
  value => ({ value: value.replace(/[\s,]*[\r\n]+\s*/g, ', ') }),
  value => value,
);

/** A new id: one line, without the signs that lists and selectors use. */
export const newId: Cell<string> = cell(readId, value => value);

function readId(id: string): Read<string> {
  if (id.length > 100) return { problem: 'an id has at most 100 characters' };
  if (/[;:\r\n\t]/.test(id)) return { problem: 'an id holds no semicolon, colon or line break' };
  if (id === 'all') return { problem: '`all` means everybody and cannot be an id' };
  return { value: id };
}

/** The id of something else. */
export function idOf(to: Reference['to']): Cell<string> {
  return { ...line, references: id => [{ to, id }] };
}

/** Ids or other items separated by semicolons; empty items and repeats are dropped. */
export function listOf(item: Cell<string>): Cell<readonly string[]> {
  return {
    read: value => {
      const found: string[] = [];
      for (const part of value.split(';').map(each => each.trim())) {
        if (part === '') continue;
        const read = item.read(part);
        if ('problem' in read) return read;
        if (!found.includes(read.value)) found.push(read.value);
      }
      return { value: found };
    },
    write: value => value.map(item.write).join(';'),
    bare: false,
    references: value => value.flatMap(item.references),
  };
}

/** A real date, `2027-03-16`; also what a workbook's date cell gives. */
export const date: Cell<LocalDate> = cell(
  value => {
    const plain = value.replace(/T00:00:00$/, '');
    if (isLocalDate(plain)) return { value: plain };
    if (/^\d{4}-\d{2}-\d{2}$/.test(plain)) return { problem: 'there is no such date' };
    return { problem: 'not a date; write YYYY-MM-DD' };
  },
  value => value,
  true,
);

/** A time of day as `HH:MM:SS`; also what a workbook's time cell gives (a time on day 0 of its calendar). */
export const time: Cell<string> = cell(
  value => {
    const plain = value.replace(/^(1899-12-3[01]|1900-01-0[01])T/, '');
    const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(plain);
    if (!match) return { problem: 'not a time; write HH:MM' };
    const [, hours = '', minutes = '', seconds = '00'] = match;
    if (hours === '24' && minutes === '00') return { problem: 'midnight is 00:00, with the next day in end_date' };
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return { problem: 'there is no such time' };
    return { value: `${hours.padStart(2, '0')}:${minutes}:${seconds}` };
  },
  value => value.replace(/:00$/, ''),
  true,
);

/** A time of day kept as `HH:MM`. */
export const clock: Cell<string> = {
  ...time,
  read: value => {
    const read = time.read(value);
    return 'problem' in read ? read : { value: read.value.slice(0, 5) };
  },
  write: value => value,
};

export const yesNo: Cell<boolean> = cell(
  value => {
    if (/^(yes|y|true|1)$/i.test(value)) return { value: true };
    return /^(no|n|false|0)$/i.test(value) ? { value: false } : { problem: 'write yes or no' };
  },
  value => (value ? 'yes' : 'no'),
);

export const count: Cell<number> = cell(
  value => (/^\d{1,9}$/.test(value) ? { value: Number(value) } : { problem: 'not a whole number' }),
  String,
  true,
);

/** A decimal number between two bounds. */
export function decimal(least: number, most: number): Cell<number> {
  return cell(
    value => {
      const number = /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      return number >= least && number <= most
        ? { value: number }
        : { problem: `not a number from ${least} to ${most}` };
    },
    String,
    true,
  );
}

/** One of a closed list, whatever its case. */
export function oneOf<const T extends string>(allowed: readonly T[]): Cell<T> {
  return cell(
    value => {
      const found = allowed.find(each => each.toLowerCase() === value.toLowerCase().replace(/[ -]/g, '_'));
      return found ? { value: found } : { problem: `unknown; allowed: ${allowed.join(', ')}` };
    },
    value => value,
  );
}

/** An IANA zone name. */
export const zone: Cell<ZoneName> = cell(
  value => (isZone(value) ? { value } : { problem: 'not a time zone; write an IANA name such as Europe/London' }),
  value => value,
);

const address = /^[^\s@<>()[\]",;:\\]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*$/u;

/** One bare e-mail address; a line break would let it add headers to a mail. */
export const email: Cell<string> = cell(
  value => {
    if (/[\r\n]/.test(value)) return { problem: 'an address with a line break' };
    return value.length <= 254 && address.test(value) ? { value } : { problem: 'not an e-mail address' };
  },
  value => value,
);

/** A web address for people to open. */
export const webAddress: Cell<string> = cell(
  value => (/^https?:\/\/[^\s]+$/i.test(value) ? { value } : { problem: 'not a web address; write https://…' }),
  value => value,
);

/** `TIER:SCOPE`, e.g. `P3:travel`. */
export const grant: Cell<string> = cell(
  value => (/^P[0-4]:\S/.test(value) ? { value } : { problem: 'write TIER:SCOPE, e.g. P3:travel' }),
  value => value,
);
