/** A series cut in two at one of its dates, as pure functions: each half keeps its own exceptions. */
import { happens } from '../ical/expand.ts';
import { moveRule, splitRule } from '../ical/rule-edit.ts';
import type { EventContent } from '../model/event.ts';
import type { EventId } from '../model/ids.ts';
import { dateOf, occurrenceOn, occurrenceWhen } from '../model/occurrence.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { addDays, type When } from '../model/when.ts';
import { EditError } from './errors.ts';

/** What is different from a date on; `when` is that date's own. A new `rrule` counts from there. */
export type FollowingChanges = Partial<Omit<EventContent, 'status' | 'except' | 'overrides' | 'rrule'>> &
  Readonly<{ rrule?: string }>;

export type Halves = Readonly<{ before: EventContent; following: EventContent }>;

/**
 * The series until the date before `at`, and the series from `at` on as it stands. Dates that were changed, moved or
 * left out are in the half that their original date is in.
 * Throws EditError `no-such-date`, IcalError `bad-rule`.
 */
export function splitSeries(id: EventId, content: EventContent, at: OccurrenceStart): Halves {
  const { rrule, when, except, overrides } = content;
  const rules = rrule === null || at.length !== when.start.length ? null : splitRule(rrule, when, at);
  const isOff =
    except.includes(at) || overrides.some(({ occurrence, status }) => occurrence === at && status === 'cancelled');
  if (rules === null || isOff) throw new EditError('no-such-date', `${id} has no date ${at}`);
  const half = (isIn: (occurrence: OccurrenceStart) => boolean) => ({
    except: except.filter(isIn),
    overrides: overrides.filter(({ occurrence }) => isIn(occurrence)),
  });
  return {
    before: { ...content, ...half(occurrence => occurrence < at), rrule: rules.before },
    following: {
      ...content,
      ...half(occurrence => occurrence >= at),
      when: occurrenceWhen(at, when),
      rrule: rules.from,
    },
  };
}

/**
 * A series with these changes. Its exceptions follow it to another day and time; where a new rule is given, those for
 * which it has no date go. Throws EditError `unclear-rule`, IcalError `bad-rule`.
 */
export function changeSeries(id: EventId, content: EventContent, changes: FollowingChanges): EventContent {
  const when = changes.when ?? content.when;
  const days = daysBetween(content.when, when);
  const moved = changes.rrule ?? moveRule(content.rrule ?? '', content.when, when, days);
  if (moved === null) {
    throw new EditError(
      'unclear-rule',
      `${id} repeats on days of the month or year: moved to another day, it needs a new rule`,
    );
  }
  const renamed = (name: OccurrenceStart) => carriedName(name, content.when, when, days);
  const isDate = (name: OccurrenceStart) => changes.rrule === undefined || happens(name, moved, when);
  return {
    ...content,
    ...changes,
    when,
    rrule: moved,
    except: content.except.map(renamed).filter(isDate).sort(),
    overrides: content.overrides
      .map(override => ({ ...override, occurrence: renamed(override.occurrence) }))
      .filter(({ occurrence }) => isDate(occurrence))
      .sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)),
  };
}

function daysBetween(before: When, after: When): number {
  const [from, to] = [before, after].map(({ start }) => Temporal.PlainDate.from(start.slice(0, 10)));
  return from && to ? from.until(to, { largestUnit: 'days' }).days : 0;
}

/** A name with a time of its own (a rule of several times a day) keeps that. */
function carriedName(name: OccurrenceStart, before: When, after: When, days: number): OccurrenceStart {
  const date = addDays(dateOf(name), days);
  const own = before.kind === 'timed' && name.slice(10) !== before.start.slice(10) ? name.slice(11) : undefined;
  return occurrenceOn(date, after, own);
}
