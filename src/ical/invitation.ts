/** One invitation or cancellation as an iTIP object for one reader. RFC 5546 sections 3.2.2 and 3.2.5. Pure. */
import { domainToASCII } from 'node:url';
import type { Instant } from '../model/ids.ts';
import type { OccurrenceStart } from '../model/series.ts';
import type { When } from '../model/when.ts';
import { newBlock, renderBlock } from './block.ts';
import { instantLine, placeLines, productLines, recurrenceLine, urlLines, whenLines } from './event-lines.ts';
import { IcalError } from './ical-error.ts';
import { parameterText, rawLine, textLine } from './property.ts';
import type { EventStatus } from './read-event.ts';
import { canonUrl, oneLine } from './text.ts';
import { zoneBlocks } from './zones.ts';

export type Invitation = Readonly<{
  method: 'REQUEST' | 'CANCEL';
  uid: string;
  sequence: number;
  stampedAt: Instant;
  organizer: Readonly<{ name: string; address: string }>;
  /** The only one: nobody learns another's address. */
  attendee: Readonly<{ name: string; address: string; role: 'required' | 'optional' }>;
  when: When;
  title: string;
  place: string;
  description: string;
  url: string | null;
  status: EventStatus;
  /** The original start of this occurrence in the zone of `when`; null: a single event. */
  recurrence: OccurrenceStart | null;
  geo: Readonly<{ lat: number; lon: number }> | null;
}>;

/** Exchange and Outlook cut SUMMARY and LOCATION here, in UTF-16 units. */
const maxLine = 255;

/**
 * The object as text. It never holds a rule: occurrences are sent one by one.
 * Throws IcalError `bad-address` for what is no mail address, `bad-value` for an impossible status or position.
 */
export function writeInvitation(input: Invitation): string {
  if (input.method === 'REQUEST' && input.status === 'cancelled') {
    throw new IcalError('bad-value', 'a REQUEST cannot be cancelled; allowed are confirmed and tentative');
  }
  const place = oneLine(input.place, maxLine);
  const lines = [
    textLine('UID', input.uid),
    instantLine('DTSTAMP', input.stampedAt),
    rawLine('SEQUENCE', String(input.sequence)),
    ...(input.recurrence === null ? [] : [recurrenceLine(input.recurrence, input.when.zone)]),
    organizerLine(input.organizer),
    attendeeLine(input),
    ...whenLines(input.when),
    textLine('SUMMARY', oneLine(input.title, maxLine)),
    ...placeLines(place),
    ...mapLines(input.geo, place),
    textLine('DESCRIPTION', input.description),
    ...urlLines(canonUrl(input.url)),
    ...statusLines(input),
  ];
  const head = [...productLines, `METHOD:${input.method}`];
  return renderBlock(newBlock('VCALENDAR', head, [...zoneBlocks([input.when]), newBlock('VEVENT', lines)]));
}

function organizerLine({ name, address }: Invitation['organizer']): string {
  return rawLine('ORGANIZER', mailto(address), { CN: nameOf(name, address) });
}

function attendeeLine({ method, attendee }: Invitation): string {
  const asked = method === 'REQUEST' ? { PARTSTAT: 'NEEDS-ACTION', RSVP: 'TRUE' } : {};
  return rawLine('ATTENDEE', mailto(attendee.address), {
    CUTYPE: 'INDIVIDUAL',
    ROLE: attendee.role === 'required' ? 'REQ-PARTICIPANT' : 'OPT-PARTICIPANT',
    ...asked,
    CN: nameOf(attendee.name, attendee.address),
  });
}

function nameOf(name: string, address: string): string {
  return parameterText(name) || address;
}

/** A name's domain may be international; what could end the line or begin a second address is refused. */
function mailto(address: string): string {
  const [, local, domain = ''] = /^([A-Za-z0-9.!$&'*+/=^_`{|}~-]{1,64})@([\p{L}\p{N}.-]{1,253})$/u.exec(address) ?? [];
  const ascii = domainToASCII(domain);
  if (local === undefined || ascii === '') {
    throw new IcalError('bad-address', 'the address is not of the form name@domain');
  }
  return `mailto:${local}@${ascii}`;
}

/** Apple shows a map when the title equals LOCATION; GEO has a semicolon, a geo: URI a comma. */
function mapLines(geo: Invitation['geo'], place: string): readonly string[] {
  if (geo === null) return [];
  const inside = Math.abs(geo.lat) <= 90 && Math.abs(geo.lon) <= 180;
  if (!inside) throw new IcalError('bad-value', 'the position is not a latitude up to 90 and a longitude up to 180');
  const [lat, lon] = [geo.lat.toFixed(6), geo.lon.toFixed(6)];
  const apple = rawLine('X-APPLE-STRUCTURED-LOCATION', `geo:${lat},${lon}`, {
    VALUE: 'URI',
    'X-APPLE-RADIUS': '72',
    'X-TITLE': parameterText(place),
  });
  return place === '' ? [`GEO:${lat};${lon}`] : [`GEO:${lat};${lon}`, apple];
}

function statusLines({ method, status }: Invitation): readonly string[] {
  if (method === 'CANCEL') return ['STATUS:CANCELLED', 'TRANSP:TRANSPARENT', 'X-MICROSOFT-CDO-BUSYSTATUS:FREE'];
  const tentative = status === 'tentative';
  return [
    `STATUS:${tentative ? 'TENTATIVE' : 'CONFIRMED'}`,
    'TRANSP:OPAQUE',
    `X-MICROSOFT-CDO-BUSYSTATUS:${tentative ? 'TENTATIVE' : 'BUSY'}`,
  ];
}
