/**
 * What we write on an event beside what people see, as two extended properties: the key by which it is found again,
 * and what Outlook has no place for. reference/microsoft-graph-calendar.md section 9.1. Pure.
 */
import { z } from 'zod';
import type { Marker } from '../../src/model/copy.ts';
import { brandId, type CopyKey } from '../../src/model/ids.ts';
import { isZone, type ZoneName } from '../../src/model/when.ts';
import type { GraphEvent } from './wire.ts';

const set = '{6f3b0f52-5d0c-4a53-9d0b-6c1e8f0a7c21}';
export const keyProperty = `String ${set} Name callboard.copy`;
const noteProperty = `String ${set} Name callboard.event`;

/** Both properties in one `$expand`. */
export const expandMarks = `singleValueExtendedProperties($filter=id eq '${keyProperty}' or id eq '${noteProperty}')`;

const text = z.string().nullable().default(null);
const wireNote = z.object({
  version: z.number().int().min(0).default(0),
  uid: text,
  zone: text,
  rrule: text,
  link: z.boolean().default(false),
  half: z.boolean().default(false),
  at: text,
});

export type Note = Readonly<{
  version: number;
  uid: string | null;
  /** The zone in which the event was given, which Outlook knows by a coarser name. */
  zone: ZoneName | null;
  /** The rule as it was given, as long as the pattern says the same. */
  rrule: string | null;
  /** Whether our block ends with an address. */
  link: boolean;
  /** A series whose single dates are not all written yet. */
  half: boolean;
  /** Another one for each create, so that a repeated create is refused instead of answered with the first. */
  at: string | null;
}>;

export type Marks = Readonly<{ marker: Marker | null; note: Note }>;

const blank: Note = { ...wireNote.parse({}), zone: null };

export function readMarks({ singleValueExtendedProperties }: GraphEvent): Marks {
  const textOf = (id: string) =>
    singleValueExtendedProperties?.find(one => one.id.toLowerCase() === id.toLowerCase())?.value ?? '';
  const key = /^[0-9a-f]{32}$/.exec(textOf(keyProperty))?.[0];
  const note = readNote(textOf(noteProperty));
  return { marker: key === undefined ? null : { key: brandId<CopyKey>(key), version: note.version }, note };
}

/** @param key null: the event is ours no more; empty values stand for none, since a property cannot be taken away */
export function writeMarks(key: CopyKey | null, { zone, ...note }: Note) {
  const kept = key === null ? { zone, rrule: note.rrule, link: note.link } : { zone, ...note };
  const told = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== null && value !== false));
  return [
    { id: keyProperty, value: key ?? '' },
    { id: noteProperty, value: JSON.stringify(told) },
  ];
}

function readNote(text: string): Note {
  try {
    const { zone, ...note } = wireNote.parse(JSON.parse(text));
    return { ...note, zone: zone !== null && isZone(zone) ? zone : null };
  } catch {
    return blank;
  }
}
