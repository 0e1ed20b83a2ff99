/** Time zones by name: what others call them, and how we write them. reference/icalendar-email-caldav.md section 10. */
import { tzlib_get_ical_block, tzlib_get_timezones } from 'timezones-ical-library';
import { findIana, WINDOWS_TO_IANA_MAP } from 'windows-iana';
import type { Instant } from '../model/ids.ts';
import { isZone, type When, type ZoneName } from '../model/when.ts';
import { type Block, newBlock, parseBlocks, renderBlock } from './block.ts';
import { IcalError } from './ical-error.ts';
import { offsetAt, onsetsOf } from './zone-definition.ts';

/** `guessed`: the name means nothing to us; the zone was chosen because its clocks run alike. */
type ResolvedZone = Readonly<{ zone: ZoneName; guessed: boolean } | { unknown: string }>;
/** A VTIMEZONE and the year in which it is used. */
type ZoneDefinition = Readonly<{ block: Block; year: number }>;

/** Years before and after the year of use in which a guessed zone must agree. */
const yearsAround = 1;

/**
 * The zone that a TZID means: an IANA name in any case, also behind a vendor's prefix; a Windows name; else, when the
 * object defines it, an IANA zone whose clocks run alike in the years around. A definition never overrules a name
 * that we know: our data are newer, and a forged one would shift the event.
 */
export function resolveZone(tzid: string, definition: ZoneDefinition | null): ResolvedZone {
  const name = tzid.trim().replace(/^"(.*)"$/, '$1');
  const zone = ianaName(name) ?? prefixedZone(name) ?? windowsZone(name);
  if (zone) return { zone, guessed: false };
  const alike = definition && zoneLike(definition);
  return alike ? { zone: alike, guessed: true } : { unknown: tzid };
}

const byLowerCase: ReadonlyMap<string, string> = new Map(
  [tzlib_get_timezones()].flat().map(name => [name.toLowerCase(), name]),
);

function ianaName(name: string): ZoneName | null {
  const spelled = byLowerCase.get(name.toLowerCase()) ?? name;
  return isZone(spelled) ? spelled : null;
}

/** `/mozilla.org/20050126_1/Europe/London`, `tzone://Microsoft/Utc`: the longest ending that is a name. */
function prefixedZone(name: string): ZoneName | null {
  const parts = /^(\/|tzone:)/i.test(name) ? name.split('/').slice(0, 12) : [];
  for (let at = 1; at < parts.length; at += 1) {
    const zone = ianaName(parts.slice(at).join('/'));
    if (zone) return zone;
  }
  return null;
}

/** Windows names, and those display names that hold one: `(UTC-05:00) Eastern Time (US & Canada)`. */
function windowsZone(name: string): ZoneName | null {
  const plain = name.replace(/^\((?:UTC|GMT)[^)]*\)\s*/, '');
  const standard = plain.replace(/ Time \(([^)]*)\)$/, ' Standard Time').replace(/ \(.*\)$/, '');
  for (const windows of [name, plain, standard, `${standard} Standard Time`]) {
    const found = findIana(windows)[0];
    if (found !== undefined && isZone(found)) return found;
  }
  return null;
}

/** The main zone of each Windows zone first (territory 001 is the world): they are the ones people mean. */
function candidates(): readonly string[] {
  const main = WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === '001').flatMap(({ iana }) => iana);
  return [...new Set<string>([...main, ...byLowerCase.values()])];
}

function zoneLike({ block, year }: ZoneDefinition): ZoneName | null {
  const [from, to] = [year - yearsAround, year + yearsAround];
  try {
    const onsets = onsetsOf(block, from, to);
    const probes = onsets.flatMap(({ at }) => [at - 1, at]).concat(monthly(from, to));
    const wanted = probes
      .map(instant => ({ instant, offset: offsetAt(onsets, instant) }))
      .filter(({ instant, offset }) => offset !== null && instant >= Date.UTC(from, 0, 1));
    const runsAlike = (zone: ZoneName) => wanted.every(({ instant, offset }) => zoneOffset(zone, instant) === offset);
    return candidates().filter(isZone).find(runsAlike) ?? null;
  } catch (error) {
    if (error instanceof IcalError) return null;
    throw error;
  }
}

function monthly(from: number, to: number): readonly Instant[] {
  const months = (to - from + 1) * 12;
  return Array.from({ length: months }, (_, month) => Date.UTC(from, month, 15));
}

/** By how many milliseconds the clocks of a zone run ahead of UTC. */
export function zoneOffset(zone: ZoneName, instant: Instant): number {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;
}

/** The years for which a written VTIMEZONE is checked against our own data. */
const [firstYear, lastYear] = [2026, 2040];
const written = new Map<ZoneName, Block>();

/** The VTIMEZONE of a zone under this very name, with CRLF line ends. */
export function vtimezone(zone: ZoneName): string {
  return renderBlock(zoneBlock(zone));
}

function zoneBlock(zone: ZoneName): Block {
  const known = written.get(zone);
  if (known) return known;
  const library = libraryBlock(zone);
  const block = library && tellsTheTruth(library, zone) ? library : blockOfChanges(zone);
  written.set(zone, block);
  return block;
}

/** The VTIMEZONEs that these times need, each once. */
export function zoneBlocks(whens: readonly When[]): readonly Block[] {
  const zones = new Set<ZoneName>(whens.filter(({ kind }) => kind === 'timed').map(({ zone }) => zone));
  return [...zones].sort().map(zoneBlock);
}

function libraryBlock(zone: ZoneName): Block | null {
  if (!byLowerCase.has(zone.toLowerCase())) return null;
  const [text = ''] = [tzlib_get_ical_block(zone)].flat();
  const block = parseBlocks(`BEGIN:VCALENDAR\n${text}\nEND:VCALENDAR`).calendars[0]?.blocks[0];
  // The library answers with the zone's present name (Europe/Kyiv for Europe/Kiev).
  return block ? newBlock(block.name, [`TZID:${zone}`], block.blocks) : null;
}

/** The library's rules and Node's own may be of different years (Vancouver, Casablanca). */
function tellsTheTruth(block: Block, zone: ZoneName): boolean {
  const onsets = onsetsOf(block, firstYear, lastYear);
  const probes = [...changesOf(zone).map(({ epochMilliseconds }) => epochMilliseconds), ...onsets.map(({ at }) => at)];
  return [...probes.flatMap(at => [at - 1, at]), ...monthly(firstYear, lastYear)]
    .filter(instant => instant >= Date.UTC(firstYear, 0, 1))
    .every(instant => offsetAt(onsets, instant) === zoneOffset(zone, instant));
}

/** Every change of clock written out, for zones that no yearly rule describes. */
function blockOfChanges(zone: ZoneName): Block {
  const start = Temporal.ZonedDateTime.from(`${firstYear}-01-01T00:00[${zone}]`);
  const first = observance(Temporal.PlainDateTime.from('1970-01-01T00:00:00'), start, start);
  const changes = changesOf(zone).map(change => {
    const before = change.subtract({ nanoseconds: 1 });
    return observance(
      change.toPlainDateTime().add({ nanoseconds: before.offsetNanoseconds - change.offsetNanoseconds }),
      before,
      change,
    );
  });
  return newBlock('VTIMEZONE', [`TZID:${zone}`], [first, ...changes]);
}

function observance(
  onset: Temporal.PlainDateTime,
  before: Temporal.ZonedDateTime,
  after: Temporal.ZonedDateTime,
): Block {
  const summer = after.offsetNanoseconds > before.offsetNanoseconds;
  return newBlock(summer ? 'DAYLIGHT' : 'STANDARD', [
    `TZOFFSETFROM:${before.offset.replaceAll(':', '')}`,
    `TZOFFSETTO:${after.offset.replaceAll(':', '')}`,
    `DTSTART:${onset.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}`,
  ]);
}

function changesOf(zone: ZoneName): readonly Temporal.ZonedDateTime[] {
  const changes: Temporal.ZonedDateTime[] = [];
  let at = Temporal.ZonedDateTime.from(`${firstYear}-01-01T00:00[${zone}]`).getTimeZoneTransition('next');
  while (at && at.year <= lastYear) {
    changes.push(at);
    at = at.getTimeZoneTransition('next');
  }
  return changes;
}
