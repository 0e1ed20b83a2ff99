/** What a VTIMEZONE says: its offsets at any instant of a few years. Pure. RFC 5545 section 3.6.5. */
import type { Instant } from '../model/ids.ts';
import type { Block } from './block.ts';
import { IcalError } from './ical-error.ts';
import { type Property, propertiesOf, propertyOf } from './property.ts';
import { checkRule, ruleFrom } from './rule.ts';

/** From `at` on clocks run `offset` milliseconds ahead of UTC. */
type Onset = Readonly<{ at: Instant; offset: number }>;

const maxObservances = 200;

/**
 * The changes of clock from the year before `from` to the year `to`, in order, and the offset at their beginning.
 * Throws IcalError `unknown-zone` when the definition cannot be evaluated.
 */
export function onsetsOf(definition: Block, from: number, to: number): readonly Onset[] {
  const observances = definition.blocks.filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT');
  if (observances.length === 0 || observances.length > maxObservances) throw unusable();
  const window = [utc(from - 1), utc(to + 1)] as const;
  const onsets = observances.flatMap(observance => onsetsIn(propertiesOf(observance), window));
  return onsets.sort((a, b) => a.at - b.at);
}

/** The offset at an instant by a list of onsets; before the first one it is unknown. */
export function offsetAt(onsets: readonly Onset[], instant: Instant): number | null {
  return onsets.findLast(({ at }) => at <= instant)?.offset ?? null;
}

function onsetsIn(properties: readonly Property[], [from, to]: readonly [Instant, Instant]): readonly Onset[] {
  const before = offsetOf(propertyOf(properties, 'TZOFFSETFROM'));
  const offset = offsetOf(propertyOf(properties, 'TZOFFSETTO'));
  const start = wallTime(propertyOf(properties, 'DTSTART')?.value ?? '');
  const extra = properties
    .filter(({ name }) => name === 'RDATE')
    .flatMap(({ value }) => value.split(',').map(wallTime));
  const rule = propertyOf(properties, 'RRULE')?.value.toUpperCase();
  const walls = [start, ...extra, ...(rule === undefined ? [] : ruleStarts(rule, start, before, from, to))];
  const onsets = walls.map(wall => ({ at: wall.toZonedDateTime('UTC').epochMilliseconds - before, offset }));
  // Of what lies before the window only the last can still hold in it.
  const last = onsets
    .filter(({ at }) => at < from)
    .sort((a, b) => a.at - b.at)
    .slice(-1);
  return [...last, ...onsets.filter(({ at }) => at >= from && at < to)];
}

function ruleStarts(rule: string, start: Temporal.PlainDateTime, before: number, from: Instant, to: Instant) {
  const wallUntil = rule.replace(/UNTIL=(\d{8}T\d{6})Z/, (_, until: string) => {
    const wall = wallTime(until).add({ milliseconds: before });
    return `UNTIL=${wall.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}Z`;
  });
  if (checkRule(wallUntil) !== null || !wallUntil.includes('FREQ=YEARLY')) throw unusable();
  try {
    return ruleFrom(wallUntil, start, true)
      .between(new Date(from), new Date(to), true)
      .map(at => at.toPlainDateTime());
  } catch {
    throw unusable();
  }
}

function offsetOf(property: Property | null): number {
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(property?.value ?? '') ?? [];
  if (sign === undefined) throw unusable();
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  return sign === '-' ? -size : size;
}

function wallTime(text: string): Temporal.PlainDateTime {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/.exec(text) ?? [];
  try {
    return Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  } catch {
    throw unusable();
  }
}

function utc(year: number): Instant {
  return Date.UTC(year, 0, 1);
}

function unusable(): IcalError {
  return new IcalError('unknown-zone', 'the time zone is defined in a way that cannot be used');
}
