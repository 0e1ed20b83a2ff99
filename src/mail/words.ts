/** Dates, times and addresses as a mail words them. Pure. reference/production-domain.md section 12. */
import { DateTime } from 'luxon';
import type { Instant } from '../model/ids.ts';
import { oneLine } from '../model/view.ts';
import { localAt, type When, type ZoneName } from '../model/when.ts';
import { isMailable } from './routing.ts';

/** `Tue 16 Mar 2027`, of a local date or date-time. */
export function dayWords(local: string): string {
  // `en`, not `en-GB`: the latter writes `Sept`.
  return DateTime.fromISO(local.slice(0, 10), { zone: 'utc', locale: 'en' }).toFormat('ccc d LLL yyyy');
}

/**
 * `Tue 16 Mar 2027, 08:00-16:30`, local to the event. The zone and its offset from UTC stand behind it when the
 * reader's zone is another.
 */
export function whenWords(when: When, readerZone: ZoneName): string {
  if (when.kind === 'all-day') {
    const last = Temporal.PlainDate.from(when.end).subtract({ days: 1 }).toString();
    return last <= when.start
      ? `${dayWords(when.start)}, whole day`
      : `${dayWords(when.start)} to ${dayWords(last)}, whole days`;
  }
  const [from, to] = [when.start.slice(11, 16), when.end.slice(11, 16)];
  const sameDay = when.start.slice(0, 10) === when.end.slice(0, 10);
  const span = sameDay ? `${from}-${to}` : `${from} to ${dayWords(when.end)}, ${to}`;
  return `${dayWords(when.start)}, ${span}${readerZone === when.zone ? '' : ` (${zoneWords(when.start, when.zone)})`}`;
}

function zoneWords(local: string, zone: ZoneName): string {
  const { offset } = Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation: 'compatible' });
  return `${zone} time, UTC${offset}`;
}

/** `Tue 16 Mar 2027 10:15`, as the clocks in `zone` show an instant. */
export function stampWords(at: Instant, zone: ZoneName): string {
  const local = localAt(at, zone);
  return `${dayWords(local)} ${local.slice(11, 16)}`;
}

/** A name as it may stand in a header: one line, without what could end or open an address. */
export function headerName(name: string): string {
  return oneLine(name.replace(/["\\<>]/g, ' ')).slice(0, 120);
}

/** `"Name" <address>`. */
export function mailbox(name: string, address: string): string {
  const shown = headerName(name);
  return shown ? `"${shown}" <${address}>` : address;
}

/** Reads `Name <address>`, `"Name" <address>` or a bare address; null: it holds no usable address. */
export function readMailbox(text: string): Readonly<{ name: string; address: string }> | null {
  const [, name = '', inside] = /^(.*?)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const address = (inside ?? text).trim();
  return isMailable(address) ? { name: headerName(name), address } : null;
}
