/** A person's calendar as their own program reads and changes it: plain lines of text, by none of callboard's code. Pure. */
import { unfold } from '../../../connectors/sandbox/caldav-world.ts';
import { brandId } from '../../model/ids.ts';
import type { LocalDate, LocalDateTime, When, ZoneName } from '../../model/when.ts';

export type Entry = Readonly<{ uid: string; title: string; place: string; when: When; rule: string | null }>;

/** The first event of a calendar object. Times in UTC are read as they stand. */
export function entryOf(text: string): Entry {
  const lines = eventLines(text);
  const value = (name: string) => plain(lines.find(line => nameOf(line) === name)?.replace(/^[^:]*:/, '') ?? '');
  const start = value('DTSTART');
  const zone = /;TZID=([^:;]+)/.exec(lines.find(line => nameOf(line) === 'DTSTART') ?? '')?.[1] ?? 'UTC';
  const when = whenOf(start, value('DTEND') || start, brandId<ZoneName>(zone));
  return { uid: value('UID'), title: value('SUMMARY'), place: value('LOCATION'), when, rule: value('RRULE') || null };
}

function whenOf(start: string, end: string, zone: ZoneName): When {
  if (!start.includes('T')) {
    return { kind: 'all-day', start: brandId<LocalDate>(dashed(start)), end: brandId<LocalDate>(dashed(end)), zone };
  }
  const local = (text: string) => brandId<LocalDateTime>(dashed(text));
  return { kind: 'timed', start: local(start), end: local(end), zone };
}

/** `20270316T080000` as `2027-03-16T08:00:00`. */
function dashed(text: string): string {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?/.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  return hour === undefined ? date : `${date}T${hour}:${minute}:${second}`;
}

/** The same object with its event dragged to another time of day; everything else stays. */
export function dragged(text: string, when: When): string {
  const compact = (local: string) => local.replace(/[-:]/g, '');
  const [head = '', event = ''] = text.split(/(?=BEGIN:VEVENT\r?\n)/, 2);
  const rest = text.slice(head.length + event.length);
  const moved = event
    .replace(/^(DTSTART[^:\r\n]*:)[^\r\n]*/m, `$1${compact(when.start)}`)
    .replace(/^(DTEND[^:\r\n]*:)[^\r\n]*/m, `$1${compact(when.end)}`);
  return head + moved + rest;
}

export type Appointment = Readonly<{ uid: string; title: string; place: string; when: When }>;

/** A private appointment as a phone writes it. */
export function appointmentText({ uid, title, place, when }: Appointment): string {
  const time = (local: string) => `;TZID=${when.zone}:${local.replace(/[-:]/g, '')}`;
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Phone//EN', 'BEGIN:VEVENT', `UID:${uid}`];
  lines.push('DTSTAMP:20270302T090000Z', `DTSTART${time(when.start)}`, `DTEND${time(when.end)}`);
  lines.push(`SUMMARY:${title}`, `LOCATION:${place}`, 'END:VEVENT', 'END:VCALENDAR');
  return `${lines.join('\r\n')}\r\n`;
}

/** The unfolded lines of the first event. */
function eventLines(text: string): string[] {
  const lines = unfold(text);
  const begin = lines.indexOf('BEGIN:VEVENT');
  return lines.slice(begin, lines.indexOf('END:VEVENT', begin));
}

const nameOf = (line: string) => /^[^:;]*/.exec(line)?.[0];

/** RFC 5545 section 3.3.11. */
function plain(value: string): string {
  return value.replace(/\\([\\;,nN])/g, (_, mark: string) => (/n/i.test(mark) ? '\n' : mark));
}
