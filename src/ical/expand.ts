/**
 * A series as single occurrences. Wall time rules: every occurrence starts and ends at the clock times of the first,
 * on whatever side of a clock change. Bounded by range, limit and work. Pure.
 */
import type { BusyBlock } from '../model/calendar.ts';
import type { Face } from '../model/face.ts';
import { brandId } from '../model/ids.ts';
import type { OccurrenceFace, OccurrenceStart, Series } from '../model/series.ts';
import { isLocalDate, isLocalDateTime, type Range, rangeOf, type When } from '../model/when.ts';
import { IcalError } from './ical-error.ts';
import { checkRule, ruleFrom, wallTimeRule } from './rule.ts';

type Occurrence = Readonly<{ occurrence: OccurrenceStart; when: When; override: OccurrenceFace | null }>;
/** `complete` is false when `limit` cut the list off. */
export type Occurrences = Readonly<{ starts: readonly Occurrence[]; complete: boolean }>;

const maxBusyBlocks = 5_000;
/** A wall time and its instant differ by less than this in every zone. */
const slack = { days: 1 };

/**
 * The occurrences that overlap `range`, in order of time, at most `limit`. A changed occurrence counts where it was
 * moved to. An occurrence in a clock gap is kept and read with the offset before the gap, like a single event.
 * Throws IcalError `bad-rule`.
 */
export function occurrences(when: When, series: Series | null, range: Range, limit: number): Occurrences {
  const left = new Set<string>(series?.exdates);
  const changed = new Map(series?.overrides.map(({ occurrence, face }) => [String(occurrence), face]));
  const regular = series === null ? [plainStart(when)] : wallStarts(when, series.rrule, range, limit, [left, changed]);
  const found: Occurrence[] = regular.map(start => ({
    occurrence: occurrenceAt(when, start),
    when: movedTo(when, start),
    override: null,
  }));
  for (const { occurrence, face } of series?.overrides ?? []) {
    if (!left.has(occurrence)) found.push({ occurrence, when: face.when, override: face });
  }
  const starts = found
    .map(one => ({ one, span: rangeOf(one.when) }))
    .filter(({ span }) => touches(span, range))
    .sort((a, b) => a.span.from - b.span.from)
    .map(({ one }) => one);
  return { starts: starts.slice(0, limit), complete: starts.length <= limit };
}

/** The times at which an event blocks its owner. `blocks`: whether the event itself does; overrides say it themselves. */
export function busyBlocks(face: Face, blocks: boolean, range: Range): BusyBlock[] {
  return occurrences(face.when, face.series, range, maxBusyBlocks).starts.flatMap(({ when, override }) => {
    const busy = override ? override.busy : blocks ? face.busy : 'free';
    if (busy === 'free') return [];
    return [{ ...rangeOf(when), tentative: busy === 'tentative', allDay: when.kind === 'all-day' }];
  });
}

/** The original start of the occurrence of `when` at a wall time. */
export function occurrenceAt(when: When, start: Temporal.PlainDateTime): OccurrenceStart {
  const text = when.kind === 'all-day' ? start.toPlainDate().toString() : start.toString({ smallestUnit: 'second' });
  return brandId<OccurrenceStart>(text);
}

/** Wall times of the rule around `range`, without those in `skipped`: one more than `limit`, so that the cut shows. */
function wallStarts(
  when: When,
  rrule: string,
  range: Range,
  limit: number,
  skipped: readonly Readonly<{ has(occurrence: string): boolean }>[],
): readonly Temporal.PlainDateTime[] {
  const rule = checkedRule(when, rrule);
  const first = plainStart(when);
  const from = plainAt(range.from).subtract(lengthOf(when)).subtract(slack);
  const to = plainAt(range.to).add(slack);
  const starts: Temporal.PlainDateTime[] = [];
  for (const start of walk(rule, first, from)) {
    if (starts.length > limit || Temporal.PlainDateTime.compare(start, to) >= 0) break;
    const occurrence = occurrenceAt(when, start);
    if (skipped.some(set => set.has(occurrence))) continue;
    if (touches(rangeOf(movedTo(when, start)), range)) starts.push(start);
  }
  return starts;
}

function checkedRule(when: When, rrule: string): ReturnType<typeof ruleFrom> {
  const problem = checkRule(rrule);
  if (problem !== null) throw new IcalError('bad-rule', problem);
  return ruleFrom(wallTimeRule(rrule, when), plainStart(when), true);
}

/** Whether the rule has this occurrence. Throws IcalError `bad-rule`. */
export function happens(occurrence: OccurrenceStart, rrule: string, when: When): boolean {
  const [start] = walk(checkedRule(when, rrule), plainStart(when), Temporal.PlainDateTime.from(occurrence));
  return start !== undefined && occurrenceAt(when, start) === occurrence;
}

/** How many occurrences a counted rule has before this one. Throws IcalError `bad-rule`. */
export function countBefore(occurrence: OccurrenceStart, rrule: string, when: When): number {
  const at = Temporal.PlainDateTime.from(occurrence);
  const starts = [...walk(checkedRule(when, rrule), plainStart(when), plainStart(when))];
  return starts.filter(start => Temporal.PlainDateTime.compare(start, at) < 0).length;
}

/**
 * The starts of a rule from a wall time on; its first date is always one of them, and counts, whether or not it fits
 * (RFC 5545 section 3.8.5.3). A counted rule is walked once from its beginning, others jump ahead.
 */
function* walk(
  rule: ReturnType<typeof ruleFrom>,
  first: Temporal.PlainDateTime,
  from: Temporal.PlainDateTime,
): Iterable<Temporal.PlainDateTime> {
  const { count } = rule.options();
  const isInside = (start: Temporal.PlainDateTime) => Temporal.PlainDateTime.compare(start, from) >= 0;
  try {
    if (count !== undefined) {
      // A first date that BYSETPOS does not choose is not among what the library gives.
      const later = rule.all().map(start => start.toPlainDateTime());
      yield* [first, ...later.filter(start => !start.equals(first))].slice(0, count).filter(isInside);
      return;
    }
    if (isInside(first)) yield first;
    let next = isInside(first)
      ? rule.next(first.toZonedDateTime('UTC'), false)
      : rule.next(from.toZonedDateTime('UTC'), true);
    while (next !== null) {
      yield next.toPlainDateTime();
      next = rule.next(next, false);
    }
  } catch (cause) {
    throw new IcalError('bad-rule', 'the rule takes too much work to expand', { cause });
  }
}

/** Half-open, but an event of no length is in the range that holds its instant. */
function touches(span: Range, range: Range): boolean {
  return span.from < range.to && (span.to > range.from || span.from === range.from);
}

function plainStart(when: When): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.from(when.start);
}

function plainAt(instant: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO('UTC').toPlainDateTime();
}

function lengthOf(when: When): Temporal.Duration {
  return plainStart(when).until(Temporal.PlainDateTime.from(when.end), { largestUnit: 'days' });
}

/** The event's `when`, moved so that it starts at `start`. */
export function movedTo(when: When, start: Temporal.PlainDateTime): When {
  const end = start.add(lengthOf(when));
  const [from, to] = [start, end].map(time => time.toString({ smallestUnit: 'second' }));
  if (when.kind === 'all-day') {
    const [first, last] = [start.toPlainDate().toString(), end.toPlainDate().toString()];
    if (isLocalDate(first) && isLocalDate(last)) return { ...when, start: first, end: last };
  } else if (from !== undefined && to !== undefined && isLocalDateTime(from) && isLocalDateTime(to)) {
    return { ...when, start: from, end: to };
  }
  throw new IcalError('bad-rule', 'the rule leaves the calendar');
}
