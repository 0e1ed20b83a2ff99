/** A calendar on the CalDAV sandbox, as a phone reads and changes it: plain lines of text, by none of callboard's code. */
import { type SandboxCalendar, unfold } from '../../../../connectors/sandbox/caldav-world.ts';
import { brandId } from '../../../model/ids.ts';
import type { LocalDate, LocalDateTime, When, ZoneName } from '../../../model/when.ts';
import type { Appointment, Diary, Entry, EntryChange } from '../diary.ts';

export function caldavDiary({ path, state }: SandboxCalendar): Diary {
  return {
    provider: 'caldav',
    name: path,
    entries: () => state.items().map(({ id, content }) => entryOf(id, content)),
    add: one => void state.put(`${path}${one.uid}.ics`, one.uid, appointmentText(one)),
    change(id, change) {
      const item = state.item(id);
      if (item === null) throw new Error('the calendar has no such entry');
      state.put(id, item.uid, changedText(item.content, change));
    },
    remove: id => void state.remove(id),
  };
}

/** The first event of a calendar object. Times in UTC are read as they stand. */
function entryOf(id: string, text: string): Entry {
  const lines = unfold(text);
  const { from, to } = eventSpan(lines);
  const event = lines.slice(from, to);
  const value = (name: string) => plain(event.find(line => nameOf(line) === name)?.replace(/^[^:]*:/, '') ?? '');
  const start = value('DTSTART');
  const zone = /;TZID=([^:;]+)/.exec(event.find(line => nameOf(line) === 'DTSTART') ?? '')?.[1] ?? 'UTC';
  return {
    id,
    uid: value('UID') || null,
    title: value('SUMMARY'),
    place: value('LOCATION'),
    when: whenOf(start, value('DTEND') || start, brandId<ZoneName>(zone)),
    repeats: value('RRULE') !== '',
  };
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

const compact = (local: string) => local.replace(/[-:]/g, '');

/** The same object with its first event changed; everything else stays. */
function changedText(text: string, { title, when }: EntryChange): string {
  const lines = unfold(text);
  const { from, to } = eventSpan(lines);
  const values: Readonly<Record<string, string | undefined>> = {
    SUMMARY: title === undefined ? undefined : escaped(title),
    DTSTART: when && compact(when.start),
    DTEND: when && compact(when.end),
  };
  const changed = lines.map((line, at) => {
    const value = at > from && at < to ? values[nameOf(line)] : undefined;
    return value === undefined ? line : line.replace(/^([^:]*:).*$/, (_, head: string) => `${head}${value}`);
  });
  return `${changed.join('\r\n')}\r\n`;
}

function appointmentText({ uid, title, place, when }: Appointment): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Phone//EN', 'BEGIN:VEVENT', `UID:${uid}`];
  const kind = when.kind === 'all-day' ? 'VALUE=DATE' : `TZID=${when.zone}`;
  const time = (local: string) => `;${kind}:${compact(local)}`;
  lines.push('DTSTAMP:20270302T090000Z', `DTSTART${time(when.start)}`, `DTEND${time(when.end)}`);
  lines.push(`SUMMARY:${escaped(title)}`, `LOCATION:${escaped(place)}`, 'END:VEVENT', 'END:VCALENDAR');
  return `${lines.join('\r\n')}\r\n`;
}

/** Where the first event stands; a zone's definition may come before it. */
function eventSpan(lines: readonly string[]): Readonly<{ from: number; to: number }> {
  const from = lines.indexOf('BEGIN:VEVENT');
  return { from, to: lines.indexOf('END:VEVENT', from) };
}

const nameOf = (line: string) => /^[^:;]*/.exec(line)?.[0] ?? '';

/** RFC 5545 section 3.3.11. */
function plain(value: string): string {
  return value.replace(/\\([\\;,nN])/g, (_, mark: string) => (/n/i.test(mark) ? '\n' : mark));
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, mark => `\\${mark}`).replaceAll('\n', '\\n');
}
