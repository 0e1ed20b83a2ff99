/** Everyone who is, or was, to hear of an event: what is true for them, what they were told, what is on its way. Pure. */
import type { EventContent } from '../model/event.ts';
import { attendanceOf } from '../model/groups.ts';
import type { EventId, Instant, PersonId } from '../model/ids.ts';
import { kinds } from '../model/kinds.ts';
import type { OutboxMessage, Reader, Statement, Told } from '../model/message.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { isEngaged } from '../model/view.ts';
import { type LocalDate, rangeOf } from '../model/when.ts';
import type { CarrierOf } from './carriers.ts';
import { isMailable, recipientsFor, type Unreachable } from './routing.ts';
import { statementFor } from './statement.ts';

export type CaseInput = Readonly<{
  snapshot: ScheduleSnapshot;
  told: readonly Told[];
  /** Every message that is neither sent nor dropped. */
  open: readonly OutboxMessage[];
  carriers: CarrierOf;
  now: Instant;
}>;

/** One event and reader, with all that is known of them. */
export type Case = {
  event: EventId;
  reader: Reader;
  /** What is true for this reader; null: nothing is to be said, or (`isOff`) what was said is to be taken back. */
  truth: Statement | null;
  isOff: boolean;
  /** Whether a first message, or a further one, may go to this reader as things are. */
  mayInvite: boolean;
  mayUpdate: boolean;
  told: Told | null;
  /** Not begun; may still be changed or dropped. */
  open: OutboxMessage | null;
  /** Refused for good; not tried again with the same words, unless the address was mended. */
  failed: OutboxMessage | null;
  /** Sending has begun: nothing is decided until its outcome is known. */
  inFlight: boolean;
};
export function casesOf({ snapshot, told, open, carriers, now }: CaseInput) {
  const cases = new Map<string, Case>();
  const caseOf = (event: EventId, reader: Reader): Case => {
    const key = JSON.stringify([event, reader.person, reader.about]);
    const known = cases.get(key);
    if (known) return known;
    const nothing = { truth: null, isOff: false, told: null, open: null, failed: null };
    const made = { event, reader, ...nothing, mayInvite: false, mayUpdate: false, inFlight: false };
    cases.set(key, made);
    return made;
  };
  for (const row of told) caseOf(row.event, row.reader).told = row;
  for (const message of open) addMessage(caseOf(message.event, message.reader), message, snapshot);
  const unreachable: (Unreachable & Readonly<{ event: EventId }>)[] = [];
  for (const event of snapshot.events.values()) {
    const content = event.published?.content;
    if (!content || !isOn(content) || kinds[content.kind].mailed === 'nobody') continue;
    if (content.rrule === null && rangeOf(content.when).to <= now) continue;
    const readers = readersOf(content, snapshot);
    for (const { reader, statement } of readers.statements) {
      const one = caseOf(event.id, reader);
      const carrier = carriers(reader.about);
      one.truth = statement;
      const mailed = carrier !== 'none' && (kinds[content.kind].mailed === 'everyone' || carrier !== 'copy');
      one.mayInvite = mailed && content.status !== 'pencilled';
      // What was filed from an invitation is kept right also when a calendar was linked since.
      one.mayUpdate = mailed || one.told?.itip === true;
    }
    unreachable.push(...readers.unreachable.map(one => ({ ...one, event: event.id })));
  }
  for (const one of cases.values()) one.isOff = one.told !== null && isOff(one, snapshot);
  return { cases, unreachable };
}

function addMessage(one: Case, message: OutboxMessage, { people }: ScheduleSnapshot): void {
  if (message.state === 'failed') {
    const address = people.get(message.reader.person)?.email;
    const mended = message.mail !== null && address != null && !message.mail.to.includes(address);
    if (!mended && (!one.failed || one.failed.createdAt <= message.createdAt)) one.failed = message;
  } else if (message.mail !== null) one.inFlight = true;
  else one.open = message;
}

const isOn = (content: EventContent) => content.status !== 'cancelled' && content.status !== 'idea';

/**
 * Whether a reader must hear that the event is off: it was cancelled, or the person is no longer asked. Somebody who
 * only is not written to any more (another routing, another kind of event) is not told that it is off, for it is not.
 */
function isOff({ event, reader, truth }: Case, snapshot: ScheduleSnapshot): boolean {
  if (truth !== null || !isMailable(snapshot.people.get(reader.person)?.email ?? '')) return false;
  const content = snapshot.events.get(event)?.published?.content;
  const about = snapshot.people.get(reader.about);
  if (!content || !isOn(content) || !about || !isEngaged(about, content)) return true;
  return !attendanceOf(content, snapshot).some(attendance => attendance.person === reader.about);
}

/** Everyone who is to know of an event, with what is true for them. */
export function readersOf(content: EventContent, snapshot: ScheduleSnapshot) {
  const statements: Readonly<{ reader: Reader; statement: Statement | null }>[] = [];
  const unreachable: Unreachable[] = [];
  const day = content.when.start.slice(0, 10) as LocalDate;
  const asked = attendanceOf(content, snapshot).flatMap(attendance => {
    const about = snapshot.people.get(attendance.person);
    return about && isEngaged(about, content) ? [{ attendance, about }] : [];
  });
  const own = new Set<PersonId>(asked.flatMap(({ about, attendance }) => (attendance.byName ? [about.id] : [])));
  for (const { attendance, about } of asked) {
    const recipients = recipientsFor(about, day, snapshot.people);
    unreachable.push(...recipients.unreachable);
    for (const reader of recipients.readers) {
      // A chaperone who is asked by name as well hears of the event once, as theirs.
      if (reader.person !== reader.about && own.has(reader.person)) continue;
      const person = snapshot.people.get(reader.person);
      if (person) statements.push({ reader, statement: statementFor(content, attendance, about, person, snapshot) });
    }
  }
  return { statements, unreachable };
}
