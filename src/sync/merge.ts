/**
 * The three-way merge of one copy, unit by unit. We changed: wanted differs from what we last sent. They changed: seen
 * differs from what the provider last showed. Wanted is never compared with seen, except through `canon`. Pure.
 */
import { happens } from '../ical/expand.ts';
import { IcalError } from '../ical/ical-error.ts';
import type { Base } from '../model/copy.ts';
import type { Face, Field, Fields } from '../model/face.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { oneLine } from '../model/view.ts';
import { allUnits, fieldOf, sameUnit, type Unit, type Units, unitsOf, unitValue } from './units.ts';

/**
 * `ours`: only we changed it. `theirs`: only they did. `agreed`: changed, and what is seen is what is wanted as this
 * provider shows it. `both`: changed to different values, or nothing is known of the last agreement and the sides differ.
 */
export type Verdict = Readonly<{
  unit: Unit;
  verdict: 'ours' | 'theirs' | 'agreed' | 'both';
  ours: unknown;
  theirs: unknown;
  base: unknown;
}>;

export type MergeInput = Readonly<{
  base: Base | null;
  wanted: Face;
  seen: Face;
  /** What attempts whose outcome is unknown were sending: seeing it is not an edit by a person. */
  pending: readonly Fields[];
  canon(fields: Fields): Fields;
  /** Fields this provider can show; others are not compared. */
  fields: readonly Field[];
}>;

/** The units in which the sides are not at rest; an empty list means nothing is to be done. */
export function mergeFaces(input: MergeInput): Verdict[] {
  const { base } = input;
  const wanted = unitsOf(input.wanted);
  const canonical = unitsOf(canonFace(input.wanted, input.canon));
  const seen = unitsOf(input.seen);
  const sent = base && unitsOf(base.sent);
  const shown = base && unitsOf(base.seen);
  const pending = input.pending.map(fields => unitsOf(input.canon(fields)));
  const verdicts: Verdict[] = [];
  for (const unit of allUnits(wanted, seen, ...(sent ? [sent] : []), ...(shown ? [shown] : []))) {
    if (!input.fields.includes(fieldOf(unit))) continue;
    const ours = unitValue(wanted, unit);
    const theirs = unitValue(seen, unit);
    const equal = saysTheSame(unit, unitValue(canonical, unit), theirs);
    const was = shown ? unitValue(shown, unit) : undefined;
    const weChanged = !sent || !sameUnit(unit, ours, unitValue(sent, unit));
    const moved = !shown || !sameUnit(unit, theirs, was);
    // Moved by a late write of our own: what is wanted is written again.
    const undone = moved && shown !== null && isPending(pending, unit, theirs);
    const verdict = equal && (moved || weChanged) ? 'agreed' : judge(weChanged || undone, moved && !undone);
    if (verdict !== null) verdicts.push({ unit, verdict, ours, theirs, base: was });
  }
  return joinSeries(cutOff(verdicts, input.wanted), wanted.get('rule'), seen.get('rule'));
}

/**
 * A date that the other side changed and that our new rule no longer has: it would be left in the calendar beside the
 * series, and proposed for a series that has no such date.
 */
function cutOff(verdicts: readonly Verdict[], { when, series }: Face): readonly Verdict[] {
  const isOurs = verdicts.some(({ unit, verdict }) => unit === 'rule' && (verdict === 'ours' || verdict === 'both'));
  if (!isOurs || series === null) return verdicts;
  const isCut = ({ unit, verdict, ours }: Verdict) =>
    verdict === 'theirs' && ours === 'plain' && unit.startsWith('occurrence ') && !isDate(unit, series.rrule, when);
  return verdicts.map(one => (isCut(one) ? { ...one, verdict: 'both' } : one));
}

function isDate(unit: Unit, rrule: string, when: Face['when']): boolean {
  try {
    return happens(unit.slice('occurrence '.length) as OccurrenceStart, rrule, when);
  } catch (error) {
    if (error instanceof IcalError) return true;
    throw error;
  }
}

/**
 * Where only one side still has a series, its rule and its dates are one matter: a date that the other side changed
 * would be lost with the rule, or written into nothing.
 */
function joinSeries(verdicts: readonly Verdict[], ours: unknown, theirs: unknown): Verdict[] {
  const changes = verdicts.filter(({ unit, verdict }) => fieldOf(unit) === 'series' && verdict !== 'agreed');
  const met = changes.some(one => one.verdict !== 'theirs') && changes.some(one => one.verdict !== 'ours');
  if ((ours === null) === (theirs === null) || !met) return [...verdicts];
  return verdicts.map(one => (changes.includes(one) && one.verdict === 'theirs' ? { ...one, verdict: 'both' } : one));
}

function judge(weChanged: boolean, theyChanged: boolean): 'ours' | 'theirs' | 'both' | null {
  if (theyChanged) return weChanged ? 'both' : 'theirs';
  return weChanged ? 'ours' : null;
}

/** White space in a line of text means nothing: the schedule keeps none of it. */
function saysTheSame(unit: Unit, ours: unknown, theirs: unknown): boolean {
  if (sameUnit(unit, ours, theirs)) return true;
  return isLine(unit) && typeof ours === 'string' && typeof theirs === 'string' && oneLine(ours) === oneLine(theirs);
}

const isLine = (unit: Unit) => unit === 'title' || unit === 'place';

function isPending(pending: readonly Units[], unit: Unit, value: unknown): boolean {
  const sent = (units: Units) => units.has(unit) || (unit.startsWith('occurrence ') && units.has('rule'));
  return pending.some(units => sent(units) && sameUnit(unit, unitValue(units, unit), value));
}

/** The face as this provider will show it. */
export function canonFace(face: Face, canon: (fields: Fields) => Fields): Face {
  return { ...face, ...canon(face) };
}
