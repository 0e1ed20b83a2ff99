/** The zones that one calendar object names. */
import type { ZoneName } from '../model/when.ts';
import type { Block } from './block.ts';
import { IcalError } from './ical-error.ts';
import { propertiesOf, propertyOf } from './property.ts';
import type { ZoneReader } from './time.ts';
import { resolveZone } from './zones.ts';

/** Names we do not know are costly to guess; a hostile calendar may define thousands. */
const maxNames = 30;

/** Each name is worked out once; `guessed` fills as names are asked for. */
export function zoneReader(calendar: Block): Readonly<{ zones: ZoneReader; guessed: ReadonlySet<string> }> {
  const definitions = new Map(
    calendar.blocks
      .filter(({ name }) => name === 'VTIMEZONE')
      .map(block => [propertyOf(propertiesOf(block), 'TZID')?.value ?? '', block]),
  );
  const known = new Map<string, ZoneName | null>();
  const guessed = new Set<string>();
  const resolve = (tzid: string, year: number): ZoneName | null => {
    const block = known.size < maxNames ? definitions.get(tzid) : undefined;
    const found = resolveZone(tzid, block ? { block, year } : null);
    if ('unknown' in found) return null;
    if (found.guessed) guessed.add(tzid);
    return found.zone;
  };
  const zones: ZoneReader = (tzid, year) => {
    if (!known.has(tzid)) known.set(tzid, resolve(tzid, year));
    const zone = known.get(tzid);
    if (!zone) throw new IcalError('unknown-zone', 'the event is in a time zone that is not known');
    return zone;
  };
  return { zones, guessed };
}
