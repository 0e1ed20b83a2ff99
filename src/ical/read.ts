/** iCalendar text as items. Nothing in the content of a calendar makes this throw: what cannot be read is listed. */
import type { GuestResponse, Marker } from '../model/copy.ts';
import type { Face } from '../model/face.ts';
import type { OccurrenceStart } from '../model/series.ts';
import type { ZoneName } from '../model/when.ts';
import { type Block, parseBlocks } from './block.ts';
import { IcalError, problemOf } from './ical-error.ts';
import { propertiesOf, propertyOf } from './property.ts';
import { type EventStatus, type RawEvent, rawEvent } from './read-event.ts';
import { type Piece, readAlone, readSeries } from './read-series.ts';
import type { TimeFlag } from './read-when.ts';
import { zoneReader } from './zone-reader.ts';

export type Reading = Readonly<{
  method: string | null;
  items: readonly ReadItem[];
  /** `uid` null: of the text as a whole. One line each, without texts of the event. */
  problems: readonly Readonly<{ uid: string | null; problem: string }>[];
  /** Whether a component has no END: the text may be cut off, and proves no absence. */
  truncated: boolean;
}>;

export type ReadItem = Readonly<{
  uid: string;
  face: Face;
  marker: Marker | null;
  /** Whether it blocks its owner's time. */
  blocks: boolean;
  status: EventStatus;
  sequence: number;
  /** Set on an item that is one occurrence by itself: a changed one without its series, or a date of RDATE. */
  recurrence: OccurrenceStart | null;
  flags: readonly TimeFlag[];
  /** What is the person's own and never part of a face: the text below our line. */
  own: Readonly<{ notes: string }>;
  callboardId: string | null;
  /** The answer of the only guest, under that guest's address; null: none, or there are several. */
  response: GuestResponse | null;
}>;

/** A hostile text may hold thousands of rules that are costly to refuse. */
const maxBadRules = 50;

type Source = Readonly<{ raw: RawEvent; override: boolean; guessed: ReadonlySet<string> }>;
type Problem = Reading['problems'][number];

/**
 * @param options.zone the zone of floating times, of whole days and of single events given in UTC
 * Throws IcalError `not-icalendar` and `too-large`, for the text as a whole only.
 */
export function readCalendar(text: string, options: Readonly<{ zone: ZoneName }>): Reading {
  const { calendars, notes, truncated } = parseBlocks(text);
  const problems: Problem[] = notes.map(problem => ({ uid: null, problem }));
  const methods = calendars.map(calendar => propertyOf(propertiesOf(calendar), 'METHOD')?.value.trim().toUpperCase());
  const sources = calendars.flatMap(calendar => sourcesOf(calendar, problems));
  const items: ReadItem[] = [];
  let badRules = 0;
  for (const [uid, group] of Map.groupBy(sources, ({ raw }) => raw.uid)) {
    const attempt = (read: () => readonly Piece[]): void => {
      try {
        if (badRules > maxBadRules) throw new IcalError('bad-rule', 'too many rules of this calendar cannot be used');
        items.push(...read().map(piece => itemOf(piece, group)));
      } catch (error) {
        if (error instanceof IcalError && error.kind === 'bad-rule') badRules += 1;
        problems.push({ uid, problem: problemOf(error) });
      }
    };
    readGroup(group, options.zone, attempt, problem => problems.push({ uid, problem }));
  }
  return { method: methods.find(method => method) ?? null, items, problems, truncated };
}

function sourcesOf(calendar: Block, problems: Problem[]): readonly Source[] {
  const { zones, guessed } = zoneReader(calendar);
  return calendar.blocks
    .filter(({ name }) => name === 'VEVENT')
    .flatMap(block => {
      const raw = rawEvent(block, zones);
      if (block.whole) return [{ raw, override: propertyOf(raw.properties, 'RECURRENCE-ID') !== null, guessed }];
      problems.push({ uid: raw.uid, problem: 'the event has no END line and may be cut off' });
      return [];
    });
}

/** One UID: its series with its overrides, or the overrides alone. A bad override does not spoil the others. */
function readGroup(
  group: readonly Source[],
  zone: ZoneName,
  attempt: (read: () => readonly Piece[]) => void,
  report: (problem: string) => void,
): void {
  const masters = group.filter(({ override }) => !override).map(({ raw }) => raw);
  const overrides = newestOf(group.filter(({ override }) => override).map(({ raw }) => raw));
  const master = masters.reduce<RawEvent | null>((best, one) => (best && isNewer(best, one) ? best : one), null);
  if (masters.length > 1) report('several events have this UID; the newest is read');
  if (!master) {
    for (const override of overrides) attempt(() => [readAlone(override, zone)]);
    return;
  }
  attempt(() => {
    const { pieces, problems } = readSeries(master, overrides, zone);
    problems.forEach(report);
    return pieces;
  });
}

function isNewer(a: RawEvent, b: RawEvent): boolean {
  return a.sequence !== b.sequence ? a.sequence > b.sequence : a.stamp > b.stamp;
}

/** Where two overrides name one occurrence in the same words, the newer. */
function newestOf(overrides: readonly RawEvent[]): readonly RawEvent[] {
  const groups = Map.groupBy(overrides, ({ properties }) => propertyOf(properties, 'RECURRENCE-ID')?.value ?? '');
  return [...groups.values()].flatMap(group => [...group].sort((a, b) => (isNewer(a, b) ? -1 : 1)).slice(0, 1));
}

function itemOf({ raw, face, details, recurrence, flags }: Piece, group: readonly Source[]): ReadItem {
  const guessed = group.some(source =>
    source.raw.properties.some(({ params }) => source.guessed.has(params.get('TZID') ?? '')),
  );
  const { marker, blocks, status, own, callboardId, response } = details;
  const all = new Set<TimeFlag>([...flags, ...(guessed ? ['zone-guessed' as const] : [])]);
  return {
    uid: raw.uid,
    face,
    marker,
    blocks,
    status,
    sequence: raw.sequence,
    recurrence,
    flags: [...all],
    own,
    callboardId,
    response,
  };
}
