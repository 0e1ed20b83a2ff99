/**
 * A message as a mail: plain text and HTML with the same data, and for who is invited the iTIP part. Pure.
 * production-domain.md section 11 says what each kind must tell; the mail sheet sections 4, 5 and 7 its form.
 */
import { IcalError } from '../ical/ical-error.ts';
import { type Invitation, writeInvitation } from '../ical/invitation.ts';
import type { EventContent, ScheduledEvent } from '../model/event.ts';
import type { Instant } from '../model/ids.ts';
import { kinds } from '../model/kinds.ts';
import type { Mail, OutboxMessage, Statement, Told } from '../model/message.ts';
import type { Person } from '../model/person.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { oneLine } from '../model/view.ts';
import type { ZoneName } from '../model/when.ts';
import type { CarrierOf } from './carriers.ts';
import { asHtml, asText, type Block } from './layout.ts';
import { isMailable } from './routing.ts';
import { listedDates } from './statement.ts';
import { headerName, mailbox, stampWords, whenWords } from './words.ts';

/** Who writes: From, ORGANIZER and the mailbox that answers go to are one address (mail sheet section 1, point 3). */
export type Office = Readonly<{
  name: string;
  address: string;
  /** Whom to ring with questions, e.g. `Bristol office 0117 496 0100`; empty: only the address is given. */
  contact: string;
}>;

export type Draft = Readonly<{
  message: OutboxMessage;
  told: Told | null;
  snapshot: ScheduleSnapshot;
  carriers: CarrierOf;
  office: Office;
  now: Instant;
}>;

/** The message cannot be written; `message` is one line for the office, without the address. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  readonly kind: 'no-such-person' | 'bad-address' | 'nothing-to-say' | 'no-invitation';
  constructor(kind: ComposeError['kind'], message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
  }
}

/** What a message needs in hand to be written. */
type Matter = Draft &
  Readonly<{
    event: ScheduledEvent | null;
    reader: Person;
    address: string;
    about: string;
    /** What the mail speaks of: what is true, or what was and is off now. */
    statement: Statement;
    /** What they were told before; null: nothing that still stood. */
    before: Statement | null;
    zone: ZoneName;
  }>;

/** Throws ComposeError. */
export function composeMail(draft: Draft): Mail {
  const matter = matterOf(draft);
  const { message, snapshot, office, told, reader, address, statement } = matter;
  const subject = `${headerName(snapshot.name)}: ${oneLine(statement.title)}`.slice(0, 118);
  const blocks = blocksOf(matter);
  const text = asText(blocks);
  return {
    from: mailbox(office.name, office.address),
    to: mailbox(reader.name, address),
    subject,
    text,
    html: asHtml(subject, blocks),
    messageId: message.messageId,
    references: matter.before ? (told?.messageIds ?? []) : [],
    calendar: calendarOf(matter),
  };
}

function matterOf(draft: Draft): Matter {
  const { message, told, snapshot } = draft;
  const reader = snapshot.people.get(message.reader.person);
  if (!reader) throw new ComposeError('no-such-person', 'the reader is no longer in the people sheet');
  const address = reader.email ?? '';
  if (!isMailable(address)) throw new ComposeError('bad-address', 'the reader has no usable email in the people sheet');
  const before = told?.statement ?? null;
  const statement = message.statement ?? before;
  if (!statement) throw new ComposeError('nothing-to-say', 'they were never told of this event');
  return {
    ...draft,
    event: snapshot.events.get(message.event) ?? null,
    reader,
    address,
    about: snapshot.people.get(message.reader.about)?.name ?? message.reader.about,
    statement,
    before,
    zone: reader.timezone ?? snapshot.zone,
  };
}

function blocksOf(matter: Matter): Block[] {
  const { message, statement, before, snapshot, office, now } = matter;
  const isUpdate = message.kind === 'update' && before !== null;
  const changes = isUpdate ? changesOf(before, statement, matter.zone) : [];
  const details: Block[] =
    message.kind !== 'cancel' && statement.details ? [{ kind: 'text', text: statement.details }] : [];
  return [
    { kind: 'lead', text: leadOf(matter) },
    ...(changes.length > 0 ? [{ kind: 'changes', rows: changes } as const] : []),
    { kind: 'facts', rows: factsOf(matter) },
    ...details,
    {
      kind: 'text',
      text: `Questions: ${office.contact ? `${office.contact}, or ` : ''}reply to this mail (${office.address}).`,
    },
    {
      kind: 'foot',
      text: `${oneLine(snapshot.name)}, version ${message.version}, issued ${stampWords(now, snapshot.zone)}`,
    },
  ];
}

function leadOf({ message, statement, reader, about, event, told, carriers }: Matter): string {
  const own = message.reader.person === message.reader.about;
  const who = own ? 'You are' : `${about} is`;
  const title = oneLine(statement.title);
  if (message.kind === 'cancel') {
    const content = event && event.uid === told?.uid ? event.published?.content : null;
    const off = !content || content.status === 'cancelled' || content.status === 'idea';
    const why = off ? 'is cancelled.' : `goes ahead without ${own ? 'you' : about}: ${who} no longer asked to it.`;
    return `${title} ${why} Ask the office if you need to know whether it will be set again.`;
  }
  if (message.kind === 'update') {
    const filed = own && carriers(reader.id) === 'copy' ? ' Your linked calendar follows by itself.' : '';
    return `Changed: ${title}.${filed}`;
  }
  const tentative = statement.status === 'tentative' ? ' This is provisional; do not book travel.' : '';
  return `${who} asked to ${title}${statement.role === 'optional' ? ' (optional)' : ''}.${tentative}`;
}

/** Old and new, side by side, of what differs. */
function changesOf(before: Statement, now: Statement, zone: ZoneName) {
  const listed = ({ when, occurrences }: Statement) =>
    occurrences === null ? whenWords(when, zone) : datesWords(occurrences, zone);
  const state = ({ status }: Statement) => (status === 'tentative' ? 'provisional' : 'confirmed');
  const rows = [
    { name: 'What', old: before.title, now: now.title },
    { name: 'When', old: listed(before), now: listed(now) },
    { name: 'Where', old: before.place, now: now.place },
    { name: 'Online', old: before.onlineUrl ?? '', now: now.onlineUrl ?? '' },
    { name: 'Status', old: state(before), now: state(now) },
  ];
  return rows.filter(row => row.old !== row.now);
}

function datesWords(dates: NonNullable<Statement['occurrences']>, zone: ZoneName): string {
  const more = dates.length >= listedDates ? '\nand so on' : '';
  return dates.map(date => whenWords(date.when, zone)).join('\n') + more;
}

function factsOf({ message, statement, about, event, snapshot, zone }: Matter) {
  const content = event?.published?.content ?? null;
  const venue = content?.venue ? snapshot.venues.get(content.venue) : undefined;
  const at = statement.place !== '' && venue?.lat != null && venue.lon != null ? `${venue.lat}/${venue.lon}` : null;
  const [lat, lon] = at?.split('/') ?? [];
  const map = at && `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=17/${at}`;
  const dates = statement.occurrences;
  const elsewhere = (dates ?? []).filter(date => date.place !== statement.place && date.place !== '');
  const rows = [
    { name: 'What', value: oneLine(statement.title), link: null },
    { name: 'For', value: message.reader.person === message.reader.about ? '' : about, link: null },
    { name: 'When', value: dates === null ? whenWords(statement.when, zone) : datesWords(dates, zone), link: null },
    { name: 'Where', value: statement.place, link: map },
    ...elsewhere.map(date => ({ name: 'But on', value: `${whenWords(date.when, zone)}: ${date.place}`, link: null })),
    { name: 'Online', value: statement.onlineUrl ?? '', link: webLink(statement.onlineUrl) },
  ];
  return rows.filter(row => row.value !== '');
}

/** Only web addresses become links; anything else typed there is shown as text. */
function webLink(url: string | null): string | null {
  const parsed = url === null ? null : URL.parse(url);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : null;
}

/**
 * The iTIP part, for who has no copy in a linked calendar. Once a message of this event carried one, so do its updates
 * and its cancellation, also when a calendar was linked since: what was filed from it must stay right. Notices about
 * somebody else (an agent's client) carry none, nor do series: no client takes every rule (mail sheet, section 6.2).
 */
function calendarOf({ message, told, event, before, statement, reader, address, ...matter }: Matter): Mail['calendar'] {
  const wasFiled = before !== null && told?.itip === true;
  const invited = message.reader.person === message.reader.about && matter.carriers(reader.id) === 'invite';
  if (message.kind === 'cancel' ? !wasFiled : !wasFiled && (!invited || statement.occurrences !== null)) return null;
  const uid = message.kind === 'cancel' ? told?.uid : event?.uid;
  if (uid === undefined) return null;
  const { office, snapshot, now } = matter;
  const method = message.kind === 'cancel' ? 'CANCEL' : 'REQUEST';
  const content = event?.published?.content ?? null;
  const ics = invitationText({
    method,
    uid,
    sequence: message.sequence,
    stampedAt: now,
    organizer: { name: headerName(office.name), address: office.address },
    attendee: { name: headerName(reader.name), address, role: statement.role },
    when: statement.when,
    title: oneLine(statement.title) || (content ? kinds[content.kind].name : 'Event'),
    place: statement.place,
    description: message.kind === 'cancel' ? '' : statement.details,
    url: webLink(statement.onlineUrl),
    status: message.kind === 'cancel' ? 'cancelled' : statement.status,
    recurrence: null,
    geo: statement.place === '' || content === null ? null : positionOf(content, snapshot),
  });
  return { method, ics };
}

function invitationText(invitation: Invitation): string {
  try {
    return writeInvitation(invitation);
  } catch (cause) {
    if (!(cause instanceof IcalError)) throw cause;
    throw new ComposeError('no-invitation', `the invitation cannot be written: ${cause.message}`, { cause });
  }
}

function positionOf({ venue }: EventContent, { venues }: ScheduleSnapshot) {
  const { lat, lon } = (venue && venues.get(venue)) || { lat: null, lon: null };
  return lat === null || lon === null ? null : { lat, lon };
}
