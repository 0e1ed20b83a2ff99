/**
 * What a guest's program answers to an invitation: METHOD:REPLY, and METHOD:COUNTER for another time. Of such an object
 * only the answer, its comment and the time proposed are read; nothing else in it is the guest's to say. Pure.
 * RFC 5546 sections 3.2.3 and 3.2.7; reference/icalendar-email-caldav.md sections 4 and 6.
 */
import type { Instant } from '../model/ids.ts';
import type { Answer } from '../model/reply.ts';
import type { OccurrenceStart } from '../model/series.ts';
import type { When, ZoneName } from '../model/when.ts';
import { type Block, parseBlocks } from './block.ts';
import { IcalError } from './ical-error.ts';
import { type Property, propertiesOf, propertyOf } from './property.ts';
import { type RawEvent, rawEvent, recurrenceIdOf } from './read-event.ts';
import { readWhen } from './read-when.ts';
import { cleanText } from './text.ts';
import { firstStamp, occurrenceOf } from './time.ts';
import { zoneReader } from './zone-reader.ts';

/** Somebody named as answering. */
export type Answering = Readonly<{
  /** As it came, without `mailto:`; it proves nothing of who sent it. */
  address: string;
  /** null: no answer yet (NEEDS-ACTION), or one we do not take (DELEGATED). */
  answer: Answer | null;
  /** Who says that they answer on behalf of this one. */
  sentBy: string | null;
}>;

/** The answer of one VEVENT. Its times are read by `occurrenceIn` and `proposalIn`, which need the event's own zone. */
export type ItipAnswer = Readonly<{
  method: 'REPLY' | 'COUNTER';
  uid: string;
  /** SEQUENCE of the invitation it answers; null: not said. */
  sequence: number | null;
  /** DTSTAMP, by the sender's clock; null: not said. */
  stampedAt: Instant | null;
  /** One by the rule; some programs list every guest. */
  attendees: readonly Answering[];
  comment: string;
  raw: RawEvent;
}>;

/**
 * Why a text is no answer. `not-an-answer`: another METHOD, or none: what organisers send, and we are the organiser.
 * `cut-off`: it ends in the middle.
 */
export type NoReply = 'not-icalendar' | 'too-large' | 'not-an-answer' | 'cut-off' | 'no-event';
export type ReplyReading =
  | Readonly<{ kind: 'answers'; answers: readonly ItipAnswer[] }>
  | Readonly<{ kind: 'refused'; why: NoReply }>;

/** An honest answer is a few kilobytes. */
const maxLength = 256 * 1024;
const maxLineLength = 32 * 1024;
const maxEvents = 50;
const maxAttendees = 100;

const answerOf: ReadonlyMap<string, Answer> = new Map([
  ['ACCEPTED', 'accepted'],
  ['TENTATIVE', 'tentative'],
  ['DECLINED', 'declined'],
]);

/** Never throws: what is no answer says why. */
export function readReply(text: string): ReplyReading {
  if (text.length > maxLength) return refused('too-large');
  try {
    const { calendars, truncated } = parseBlocks(text);
    if (truncated) return refused('cut-off');
    const events = calendars.flatMap(calendar => calendar.blocks.filter(({ name }) => name === 'VEVENT'));
    if (events.length > maxEvents || events.some(hasLongLine)) return refused('too-large');
    const methods = new Set(calendars.flatMap(methodsOf));
    const [method, ...others] = methods;
    if ((method !== 'REPLY' && method !== 'COUNTER') || others.length > 0) return refused('not-an-answer');
    if (events.length === 0) return refused('no-event');
    return { kind: 'answers', answers: calendars.flatMap(calendar => answersIn(calendar, method)) };
  } catch (error) {
    if (!(error instanceof IcalError)) throw error;
    return refused(error.kind === 'not-icalendar' ? 'not-icalendar' : 'too-large');
  }
}

const refused = (why: NoReply): ReplyReading => ({ kind: 'refused', why });

function hasLongLine({ lines }: Block): boolean {
  return lines.some(line => line.length > maxLineLength);
}

function methodsOf(calendar: Block): readonly string[] {
  const methods = propertiesOf(calendar).filter(({ name }) => name === 'METHOD');
  return methods.length === 0 ? [''] : methods.map(({ value }) => value.trim().toUpperCase());
}

function answersIn(calendar: Block, method: ItipAnswer['method']): readonly ItipAnswer[] {
  const { zones } = zoneReader(calendar);
  return calendar.blocks
    .filter(({ name }) => name === 'VEVENT')
    .map(block => {
      const raw = rawEvent(block, zones);
      return {
        method,
        uid: raw.uid,
        sequence: sequenceOf(raw.properties),
        stampedAt: stampOf(raw.properties),
        attendees: attendeesOf(raw.properties, method),
        comment: commentOf(raw.properties),
        raw,
      };
    });
}

/** Exchange may leave SEQUENCE out and give its own name for it. */
function sequenceOf(properties: readonly Property[]): number | null {
  const given = propertyOf(properties, 'SEQUENCE') ?? propertyOf(properties, 'X-MICROSOFT-CDO-APPT-SEQUENCE');
  return given !== null && /^\s*\d{1,15}\s*$/.test(given.value) ? Number(given.value) : null;
}

/** UTC by the rule; a time without its `Z` is meant so. */
function stampOf(properties: readonly Property[]): Instant | null {
  const property = propertyOf(properties, 'DTSTAMP');
  if (property === null) return null;
  try {
    const stamp = firstStamp(property);
    if (stamp.kind === 'date') return null;
    return stamp.kind === 'utc' ? stamp.instant : Date.parse(`${stamp.local}Z`);
  } catch (error) {
    if (error instanceof IcalError) return null;
    throw error;
  }
}

/** Who proposes another time without saying more would come, but not then. */
function attendeesOf(properties: readonly Property[], method: ItipAnswer['method']): readonly Answering[] {
  return properties
    .filter(({ name }) => name === 'ATTENDEE')
    .slice(0, maxAttendees)
    .map(({ value, params }) => {
      const status = params.get('PARTSTAT')?.trim().toUpperCase() ?? 'NEEDS-ACTION';
      const isOpen = method === 'COUNTER' && status === 'NEEDS-ACTION';
      const sentBy = addressIn(params.get('SENT-BY') ?? '');
      return {
        address: addressIn(value) || addressIn(params.get('EMAIL') ?? ''),
        answer: isOpen ? 'tentative' : (answerOf.get(status) ?? null),
        sentBy: sentBy === '' ? null : sentBy,
      };
    });
}

/** Without `mailto:` in whatever case; empty: not a mail address. */
function addressIn(value: string): string {
  const address = cleanText(value)
    .trim()
    .replace(/^"|"$/g, '')
    .replace(/^mailto:/i, '')
    .trim();
  return /^[^\s@:<>]+@[^\s@:<>]+$/.test(address) ? address : '';
}

function commentOf(properties: readonly Property[]): string {
  const comments = properties.filter(({ name }) => name === 'COMMENT').map(({ value }) => cleanText(value).trim());
  return comments.filter(comment => comment !== '').join('\n');
}

/**
 * Which date of a series it answers; null: all of it, or a single event. Throws IcalError `bad-value`, `unknown-zone`.
 * @param when the event's own
 */
export function occurrenceIn({ raw }: ItipAnswer, when: When): OccurrenceStart | null {
  const stamp = recurrenceIdOf(raw);
  return stamp && occurrenceOf(stamp, when, raw.zones);
}

/**
 * The time a COUNTER proposes; null: it is a mere answer. Throws IcalError `bad-value`, `unknown-zone`.
 * @param home the event's zone, for times given in UTC
 */
export function proposalIn({ method, raw }: ItipAnswer, home: ZoneName): When | null {
  return method === 'COUNTER' ? readWhen(raw.properties, home, raw.zones).when : null;
}
