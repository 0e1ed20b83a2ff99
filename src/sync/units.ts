/**
 * The grain of a merge. Every field of a face is one unit, but a series is taken apart: its rule is one unit and each
 * occurrence that differs is another, so that a person who moves one date and a secretary who renames the series do
 * not meet. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Met } from '../model/copy.ts';
import type { Face, Field, Fields } from '../model/face.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../model/series.ts';
import { sameWhen, type When } from '../model/when.ts';

export type Unit = Exclude<Field, 'series'> | 'rule' | `occurrence ${string}`;

/** An occurrence is as the series says (`plain`), left out (`off`), or a face of its own. */
type OccurrenceValue = 'plain' | 'off' | OccurrenceFace;
export type Units = ReadonlyMap<Unit, unknown>;

const plainFields = ['when', 'title', 'place', 'notes', 'url', 'busy'] as const;
const occurrenceUnit = (start: OccurrenceStart): Unit => `occurrence ${start}`;

export function fieldOf(unit: Unit): Field {
  return unit === 'rule' || unit.startsWith('occurrence ')
    ? 'series'
    : (plainFields.find(field => field === unit) ?? 'series');
}

/** The unit that a line of a card is about. */
export function unitOfMet({ field, occurrence }: Pick<Met, 'field' | 'occurrence'>): Unit {
  if (occurrence !== null) return `occurrence ${occurrence}`;
  return field === 'series' ? 'rule' : field;
}

/** Takes fields apart; fields that are not given have no units. */
export function unitsOf(fields: Fields): Units {
  const units = new Map<Unit, unknown>();
  for (const field of plainFields) if (fields[field] !== undefined) units.set(field, fields[field]);
  if (fields.series === undefined) return units;
  units.set('rule', fields.series?.rrule ?? null);
  for (const start of fields.series?.exdates ?? []) units.set(occurrenceUnit(start), 'off');
  for (const { occurrence, face } of fields.series?.overrides ?? []) units.set(occurrenceUnit(occurrence), face);
  return units;
}

/** The value of one unit; an occurrence that is not mentioned is plain. */
export function unitValue(units: Units, unit: Unit): unknown {
  return units.has(unit) ? units.get(unit) : unit.startsWith('occurrence ') ? 'plain' : undefined;
}

export function sameUnit(unit: Unit, a: unknown, b: unknown): boolean {
  if (unit === 'when' && a !== undefined && b !== undefined) return sameWhen(a as When, b as When);
  if (isOccurrenceFace(a) && isOccurrenceFace(b)) {
    return sameWhen(a.when, b.when) && isDeepStrictEqual({ ...a, when: null }, { ...b, when: null });
  }
  return isDeepStrictEqual(a, b);
}

export function isOccurrenceFace(value: unknown): value is OccurrenceFace {
  return typeof value === 'object' && value !== null && 'when' in value && 'title' in value;
}

/** Every unit that either side mentions, in a fixed order. */
export function allUnits(...sides: readonly Units[]): Unit[] {
  return [...new Set(sides.flatMap(side => [...side.keys()]))].sort();
}

/** The face with these units set; a series without a rule is no series. */
export function withUnits(face: Face, changes: Units): Face {
  const units = new Map(unitsOf(face));
  for (const [unit, value] of changes) units.set(unit, value);
  const plain = Object.fromEntries(plainFields.map(field => [field, units.get(field)]));
  return { ...face, ...plain, series: seriesOf(units) };
}

function seriesOf(units: Units): Series | null {
  const rrule = units.get('rule');
  if (typeof rrule !== 'string') return null;
  const exdates: OccurrenceStart[] = [];
  const overrides: Readonly<{ occurrence: OccurrenceStart; face: OccurrenceFace }>[] = [];
  for (const unit of [...units.keys()].sort()) {
    if (!unit.startsWith('occurrence ')) continue;
    const occurrence = unit.slice('occurrence '.length) as OccurrenceStart;
    const value = units.get(unit) as OccurrenceValue;
    if (value === 'off') exdates.push(occurrence);
    else if (value !== 'plain') overrides.push({ occurrence, face: value });
  }
  return { rrule, exdates, overrides };
}
