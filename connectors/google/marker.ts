/** Our mark on an event: private properties of this one copy, which no guest sees. Pure. */
import type { Marker } from '../../src/model/copy.ts';
import { brandId, type CopyKey } from '../../src/model/ids.ts';
import type { GoogleEvent } from './wire.ts';

const [markName, uidName, openName] = ['callboard', 'callboardUid', 'callboardOpen'];

type Properties = Readonly<Record<string, string>>;

/** Google gives an event with a chosen id a UID of its own; ours stands beside the mark. */
export function markProperties({ key, version }: Marker, uid: string | null): Properties {
  return { [markName]: `${key};v=${version}`, ...(uid === null ? {} : { [uidName]: uid }) };
}

/** While a new series still lacks some of its changed occurrences. */
export const openProperty: Properties = { [openName]: '1' };
export const closedProperty: Readonly<Record<string, null>> = { [openName]: null };
export const noProperties: Readonly<Record<string, null>> = { [markName]: null, [uidName]: null, [openName]: null };

export function markerOf(event: GoogleEvent): Marker | null {
  const [, key, version] = /^([\da-f]{32});v=(\d{1,9})$/.exec(propertyOf(event, markName) ?? '') ?? [];
  return key === undefined ? null : { key: brandId<CopyKey>(key), version: Number(version) };
}

export function uidOf(event: GoogleEvent): string | null {
  return propertyOf(event, uidName) ?? event.iCalUID;
}

export function isOpen(event: GoogleEvent): boolean {
  return propertyOf(event, openName) !== null;
}

function propertyOf(event: GoogleEvent, name: string): string | null {
  return event.extendedProperties?.private?.[name] ?? null;
}
