/**
 * A date of a series as a person changed it, in the schedule's own words: what they left as it was shown (a clipped
 * title, a time without seconds) becomes what we had wanted there again, or it would enter the schedule. Pure.
 */
import type { Face, Fields } from '../model/face.ts';
import { occurrenceWhen } from '../model/occurrence.ts';
import type { OccurrenceFace, OccurrenceStart } from '../model/series.ts';
import { sameWhen } from '../model/when.ts';
import { isOccurrenceFace, type Unit, unitsOf, unitValue } from './units.ts';

export type Sides = Readonly<{
  wanted: Face;
  seen: Face;
  /** What the calendar showed when both sides last agreed; null: unknown. */
  shown: Face | null;
  /** What writes without an answer were sending: the item may have shown it meanwhile. */
  tried: readonly Fields[];
  canon(fields: Fields): Fields;
}>;

const texts = ['title', 'place', 'notes'] as const;

/** The value of a unit as the person meant it; of anything but a changed date the value itself. */
export function meantBy(unit: Unit, theirs: unknown, { wanted, seen, shown, tried, canon }: Sides): unknown {
  if (!unit.startsWith('occurrence ') || !isOccurrenceFace(theirs)) return theirs;
  const occurrence = unit.slice('occurrence '.length) as OccurrenceStart;
  const ours = unitValue(unitsOf(wanted), unit);
  const before = shown && unitValue(unitsOf(shown), unit);
  const series: readonly (Fields | null)[] = [seen, shown, canon(wanted), ...tried.map(fields => canon(fields))];
  const asWanted = (field: (typeof texts)[number]) => {
    if (isOccurrenceFace(ours) && isOccurrenceFace(before) && theirs[field] === before[field]) return ours[field];
    return series.some(fields => theirs[field] === fields?.[field]) ? wanted[field] : theirs[field];
  };
  const natural = isOccurrenceFace(ours) ? ours.when : occurrenceWhen(occurrence, wanted.when);
  const plain = canon({ when: natural }).when ?? natural;
  const meant: OccurrenceFace = {
    ...theirs,
    title: asWanted('title'),
    place: asWanted('place'),
    notes: asWanted('notes'),
    when: sameWhen(plain, theirs.when) ? natural : theirs.when,
  };
  return meant;
}
