/** The venues sheet. */
import type { ProductionId } from '../../model/ids.ts';
import { brandId } from '../../model/ids.ts';
import type { Venue } from '../../model/person.ts';
import { tiers } from '../../model/tier.ts';
import { count, decimal, idOf, joinedLine, line, listOf, newId, oneOf, text, yesNo } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

export const venuesColumns = {
  id: required(newId),
  name: required(line),
  kind: optional(line),
  address: optional(joinedLine),
  lat: optional(decimal(-90, 90)),
  lon: optional(decimal(-180, 180)),
  zone: optional(line),
  stepFree: optional(oneOf(['yes', 'no', 'partly'])),
  exclusive: optional(yesNo),
  capacity: optional(count),
  parking: optional(line),
  contact: optional(line),
  hazards: optional(text),
  notes: optional(text),
  addressTier: optional(oneOf(tiers)),
};
export type VenueRow = RowOf<typeof venuesColumns>;

export const venuesExtras = {
  windows: optional(listOf(line)),
  rooms: optional(listOf(line)),
  emergencyDepartment: optional(line),
  serves: optional(idOf('venue')),
};

/** An address is on the unit list (P1), a hotel's is for those who need it (P3): production-domain.md section 5. */
export function venueFrom(
  row: VenueRow,
  kept: Readonly<{ production: ProductionId; extra: Venue['extra']; version: number }>,
): Venue {
  const kind = row.kind ?? '';
  return {
    ...row,
    ...kept,
    id: brandId(row.id),
    kind,
    address: row.address ?? '',
    zone: row.zone ?? '',
    exclusive: row.exclusive ?? false,
    parking: row.parking ?? '',
    contact: row.contact ?? '',
    hazards: row.hazards ?? '',
    notes: row.notes ?? '',
    addressTier: row.addressTier ?? (kind.toLowerCase() === 'hotel' ? 'P3' : 'P1'),
  };
}

export function rowOfVenue(venue: Venue): VenueRow {
  const { production, extra, version, ...row } = venue;
  return row;
}
