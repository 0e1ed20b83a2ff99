/** The series half of an edit: rule, exceptions and changed occurrences of an object that already has some. */
import type { Fields } from '../model/face.ts';
import { brandId } from '../model/ids.ts';
import { retimed } from '../model/occurrence.ts';
import type { OccurrenceFace, Series } from '../model/series.ts';
import type { When, ZoneName } from '../model/when.ts';
import { allLines, type Block, newBlock } from './block.ts';
import { recurrenceLine } from './event-lines.ts';
import { IcalError } from './ical-error.ts';
import { lineName, propertiesOf, propertyOf } from './property.ts';
import { rawEvent } from './read-event.ts';
import { readSeries } from './read-series.ts';
import { firstStamp, occurrenceOf } from './time.ts';
import { zoneReader } from './zone-reader.ts';
import { zoneBlocks } from './zones.ts';

/** What the object is to say, and the start by which its occurrences are named now (null: unreadable). */
type Timing = Readonly<{ when: When; series: Series | null; before: When | null }>;

const utc = brandId<ZoneName>('UTC');

/** Null when neither the time nor the series changes. Throws IcalError `bad-value`. */
export function timingOf(calendar: Block, master: Block, fields: Fields): Timing | null {
  if (fields.when === undefined && fields.series === undefined) return null;
  const before = readSeriesOf(calendar, master, fields.when?.zone ?? utc);
  const when = fields.when ?? before?.when;
  if (!when || (fields.when === undefined && !isInOwnZone(master))) {
    throw new IcalError('bad-value', 'the start has no zone of its own, so a series needs `when` written with it');
  }
  const series = fields.series === undefined ? retimed(before?.series ?? null, when) : fields.series;
  return { when, series, before: before?.when ?? null };
}

function isInOwnZone(master: Block): boolean {
  const start = propertyOf(propertiesOf(master), 'DTSTART');
  const stamp = start && firstStamp(start);
  return stamp?.kind === 'date' || (stamp?.kind === 'local' && stamp.tzid !== null);
}

/** The series as it stands, or null where it cannot be read: then it is written anew as a whole. */
function readSeriesOf(calendar: Block, master: Block, zone: ZoneName) {
  const { zones } = zoneReader(calendar);
  const overrides = calendar.blocks.filter(block => block.name === 'VEVENT' && block !== master);
  try {
    const raws = overrides.map(block => rawEvent(block, zones));
    return (
      readSeries(rawEvent(master, zones), raws, zone).pieces.find(({ recurrence }) => recurrence === null)?.face ?? null
    );
  } catch (error) {
    if (error instanceof IcalError || error instanceof RangeError) return null;
    throw error;
  }
}

type Rewrite = (existing: readonly string[], face: OccurrenceFace) => readonly string[];

/** One VEVENT for each changed occurrence; one that is there already (that start, else that day) keeps its other lines. */
export function overrideBlocks(calendar: Block, master: Block, timing: Timing, rewrite: Rewrite): readonly Block[] {
  const existing = existingOverrides(calendar, timing);
  const uid = master.lines.filter(line => lineName(line) === 'UID');
  return (timing.series?.overrides ?? []).map(({ occurrence, face }) => {
    const old =
      existing.find(one => one.occurrence === occurrence) ??
      existing.find(one => one.occurrence?.slice(0, 10) === occurrence.slice(0, 10));
    const kept = (old?.block.lines ?? uid).filter(line => lineName(line) !== 'RECURRENCE-ID');
    const lines = rewrite([...kept, recurrenceLine(occurrence, timing.when.zone)], face);
    return newBlock('VEVENT', lines, old?.block.blocks ?? []);
  });
}

function existingOverrides(calendar: Block, { before }: Timing) {
  const { zones } = zoneReader(calendar);
  return calendar.blocks.flatMap(block => {
    const recurrence = block.name === 'VEVENT' ? propertyOf(propertiesOf(block), 'RECURRENCE-ID') : null;
    if (!before || !recurrence) return [];
    try {
      return [{ block, occurrence: occurrenceOf(firstStamp(recurrence), before, zones) }];
    } catch (error) {
      if (error instanceof IcalError) return [];
      throw error;
    }
  });
}

/**
 * With a VTIMEZONE for each zone that we wrote, by the rules of today (the old one may be from before a change of
 * these), and without those that nothing names any more.
 */
export function withZones(calendar: Block, { when, series }: Timing): Block {
  const others = calendar.blocks.filter(({ name }) => name !== 'VTIMEZONE');
  const named = new Set(others.flatMap(allLines).flatMap(line => /^[^:]*;TZID="?([^":;]+)/i.exec(line)?.[1] ?? []));
  const whens = [when, ...(series?.overrides.map(({ face }) => face.when) ?? [])];
  const written = new Set<string>(whens.map(({ zone }) => zone));
  const tzidOf = (block: Block) => propertyOf(propertiesOf(block), 'TZID')?.value ?? '';
  const isKept = (tzid: string) => named.has(tzid) && !written.has(tzid);
  const kept = calendar.blocks.filter(block => block.name === 'VTIMEZONE' && isKept(tzidOf(block)));
  return { ...calendar, blocks: [...kept, ...zoneBlocks(whens), ...others] };
}
