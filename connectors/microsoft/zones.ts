/** Time zones by the names that Outlook goes by. Pure. reference/microsoft-graph-calendar.md section 6. */
import { findWindows, WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { resolveZone } from '../../src/ical/zones.ts';
import type { ZoneName } from '../../src/model/when.ts';

const names = new Map<ZoneName, string>();

/** The Windows name, which every mailbox knows; a zone that Windows has not goes by its own. */
export function outlookZone(zone: ZoneName): string {
  const known = names.get(zone) ?? findWindows(zone)[0] ?? windowsOfTwin(zone) ?? zone;
  names.set(zone, known);
  return known;
}

/** By another name of the same zone (Europe/Kyiv is Europe/Kiev there). */
function windowsOfTwin(zone: ZoneName): string | undefined {
  const at = (name: string) => Temporal.PlainDate.from('2027-01-01').toZonedDateTime(name);
  const own = at(zone);
  const isTwin = (iana: string) => {
    try {
      return at(iana).equals(own);
    } catch {
      return false;
    }
  };
  return WINDOWS_TO_IANA_MAP.find(({ iana }) => iana.some(isTwin))?.windowsName;
}

/** The first of these names that means something; null: none does (`tzone://Microsoft/Custom`, nothing at all). */
export function zoneOfNames(shown: readonly (string | null | undefined)[]): ZoneName | null {
  for (const name of shown) {
    const found = name ? resolveZone(name, null) : null;
    if (found && 'zone' in found) return found.zone;
  }
  return null;
}
