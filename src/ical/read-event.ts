/** One VEVENT by itself: everything that needs neither its series nor its siblings. Pure. */
import type { GuestResponse, Marker } from '../model/copy.ts';
import { splitNotes } from '../model/face.ts';
import { shortHash } from '../model/identity.ts';
import { brandId, type CopyKey } from '../model/ids.ts';
import { answers } from '../model/reply.ts';
import type { Busy } from '../model/series.ts';
import type { Block } from './block.ts';
import { type Property, propertiesOf, propertyOf } from './property.ts';
import { canonUrl, cleanText, oneLine } from './text.ts';
import { firstStamp, type Stamp, type ZoneReader } from './time.ts';

export type EventStatus = 'confirmed' | 'tentative' | 'cancelled';

/** A VEVENT before its times are read. */
export type RawEvent = Readonly<{
  uid: string;
  properties: readonly Property[];
  zones: ZoneReader;
  sequence: number;
  /** DTSTAMP as text; tells the newer of two with one SEQUENCE. */
  stamp: string;
}>;

export function rawEvent(block: Block, zones: ZoneReader): RawEvent {
  const properties = propertiesOf(block);
  const uid = oneLine(propertyOf(properties, 'UID')?.value ?? '');
  const sequence = Number(propertyOf(properties, 'SEQUENCE')?.value);
  return {
    // Some feeds give no UID; what the event says then stands for it.
    uid: uid === '' ? `no-uid-${shortHash(block.lines.join('\n'))}` : uid,
    properties,
    zones,
    sequence: Number.isInteger(sequence) && sequence > 0 ? Math.min(sequence, 2 ** 31 - 1) : 0,
    stamp: propertyOf(properties, 'DTSTAMP')?.value ?? '',
  };
}

/** The original start that an override names; null for a master. Throws IcalError `bad-value`. */
export function recurrenceIdOf({ properties }: RawEvent): Stamp | null {
  const property = propertyOf(properties, 'RECURRENCE-ID');
  return property && firstStamp(property);
}

export type Details = Readonly<{
  title: string;
  place: string;
  notes: string;
  own: Readonly<{ notes: string }>;
  url: string | null;
  busy: Busy;
  blocks: boolean;
  status: EventStatus;
  marker: Marker | null;
  callboardId: string | null;
  response: GuestResponse | null;
}>;

export function detailsOf({ properties }: RawEvent): Details {
  const value = (name: string) => propertyOf(properties, name)?.value ?? '';
  const { ours, own } = splitNotes(cleanText(value('DESCRIPTION')));
  const status = statusOf(value('STATUS'));
  const blocks = blocksTime(properties, status);
  const tentative = status === 'tentative' || busyStatusOf(properties) === 'TENTATIVE';
  return {
    title: oneLine(value('SUMMARY')),
    place: oneLine(value('LOCATION')),
    notes: ours,
    own: { notes: own },
    url: canonUrl(value('URL')),
    busy: !blocks ? 'free' : tentative ? 'tentative' : 'busy',
    blocks,
    status,
    marker: markerOf(value('X-CALLBOARD-COPY')),
    callboardId: oneLine(value('X-CALLBOARD-ID')) || null,
    response: responseOf(properties),
  };
}

function statusOf(text: string): EventStatus {
  const status = text.trim().toLowerCase();
  return status === 'tentative' || status === 'cancelled' ? status : 'confirmed';
}

function busyStatusOf(properties: readonly Property[]): string {
  return propertyOf(properties, 'X-MICROSOFT-CDO-BUSYSTATUS')?.value.trim().toUpperCase() ?? '';
}

function blocksTime(properties: readonly Property[], status: EventStatus): boolean {
  return (
    propertyOf(properties, 'TRANSP')?.value.trim().toUpperCase() !== 'TRANSPARENT' &&
    status !== 'cancelled' &&
    busyStatusOf(properties) !== 'FREE' &&
    partstatOf(onlyGuest(properties)) !== 'declined'
  );
}

/** An invitation of ours names nobody but its reader; of several guests nobody can tell which the owner is. */
function onlyGuest(properties: readonly Property[]): Property | null {
  const guests = properties.filter(({ name }) => name === 'ATTENDEE');
  return guests.length === 1 ? (guests[0] ?? null) : null;
}

const partstatOf = (guest: Property | null) => guest?.params.get('PARTSTAT')?.toLowerCase() ?? '';

function responseOf(properties: readonly Property[]): GuestResponse | null {
  const guest = onlyGuest(properties);
  const answer = answers.find(one => one === partstatOf(guest));
  const address = /^mailto:(.+)$/i.exec(guest?.value.trim() ?? '')?.[1];
  return answer && address ? { answer, at: null, comment: '', attendee: address } : null;
}

/** Our mark: `<32 hex>;v=<version>`. A server may have escaped the semicolon. */
function markerOf(text: string): Marker | null {
  const [, key, version] = /^([0-9a-f]{32})\\?;v=(\d{1,9})$/.exec(text.trim()) ?? [];
  return key === undefined ? null : { key: brandId<CopyKey>(key), version: Number(version) };
}
