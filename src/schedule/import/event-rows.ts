/** Events from the rows of the schedule sheet, without the sheets that hang on it. Pure. */

import { happens } from '../../ical/expand.ts';
import { IcalError } from '../../ical/ical-error.ts';
import { normaliseRule } from '../../ical/rule.ts';
import { sameButUntilTime } from '../../ical/rule-edit.ts';
import type { EventContent, Invitee } from '../../model/event.ts';
import { brandId, type EventId, type Instant } from '../../model/ids.ts';
import { dateOf } from '../../model/occurrence.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import type { OccurrenceStart } from '../../model/series.ts';
import type { When } from '../../model/when.ts';
import { carrySeries } from '../edit.ts';
import { movesText } from '../errors.ts';
import { line } from '../sheets/cell.ts';
import { optional } from '../sheets/columns.ts';
import { occurrenceNamed } from '../sheets/occurrence-cell.ts';
import { contentFrom, rowOfEvent, type ScheduleRow, scheduleColumns } from '../sheets/schedule.ts';
import type { RowNote } from '../sheets/sheet.ts';
import { type CellNote, carriedEnd, cellsOfWhen, whenFrom } from '../sheets/sheet-when.ts';
import { mayMove, movesOf, statusFromSheet } from '../states.ts';
import { type Candidate, completeExtra, completeRow, outcomeOf } from './candidate.ts';
import { type Entry, noteAt, type SheetSpec } from './entry.ts';
import { isSelector } from './known.ts';

export const scheduleSpec: SheetSpec<typeof scheduleColumns> = {
  name: 'schedule',
  columns: scheduleColumns,
  extras: { place: optional(line) },
  key: ['id'],
};

type ScheduleEntry = Entry<typeof scheduleColumns>;

export type EventCandidates = Readonly<{
  candidates: readonly Candidate<EventContent>[];
  rejected: readonly RowNote[];
  warnings: readonly RowNote[];
}>;

/** @param persons ids that are people's, stored or coming; every other invitee is a group */
export function eventsFrom(
  entries: readonly ScheduleEntry[],
  snapshot: ScheduleSnapshot,
  persons: ReadonlySet<string>,
  now: Instant,
): EventCandidates {
  const candidates: Candidate<EventContent>[] = [];
  const [rejected, warnings]: [RowNote[], RowNote[]] = [[], []];
  for (const entry of entries) {
    const stored = snapshot.events.get(brandId<EventId>(entry.key))?.content ?? null;
    const read = eventFrom(entry, stored, { zone: snapshot.zone, persons, now });
    if ('problem' in read) rejected.push(noteAt(entry.at, read.problem));
    else {
      const { at, key, references } = entry;
      candidates.push({ at, key, references, outcome: outcomeOf(stored, read.content), item: read.content });
      warnings.push(...read.warnings.map(warning => noteAt(at, warning)));
    }
  }
  return { candidates, rejected, warnings };
}

type Around = Readonly<{ zone: ScheduleSnapshot['zone']; persons: ReadonlySet<string>; now: Instant }>;
type EventRead = Readonly<{ content: EventContent; warnings: readonly CellNote[] }> | Readonly<{ problem: CellNote }>;

function eventFrom(entry: ScheduleEntry, stored: EventContent | null, around: Around): EventRead {
  const { given } = entry;
  const before = stored && rowOfEvent(entry.key, stored);
  const moved = { ...entry, given: { ...given, ...movedEnd(stored, given) } };
  const complete = completeRow(scheduleColumns, before, moved);
  if ('problem' in complete) return complete;
  const extra = completeExtra(stored?.extra ?? {}, entry.extra);
  if (stored && !complete.differs && extra === stored.extra) return { content: stored, warnings: [] };
  const { row } = complete;
  const timed = whenFrom(row, around.zone);
  if ('problem' in timed) return timed;
  const rule = ruleFrom(row, given.except, timed.when, stored);
  if ('problem' in rule) return rule;
  const invitee = (id: string): Invitee =>
    !isSelector(id) && around.persons.has(id)
      ? { kind: 'person', id: brandId(id) }
      : { kind: 'group', ref: brandId(id) };
  const wanted = given.status === undefined ? row.status : given.status;
  const content = contentFrom(
    { ...row, rrule: rule.rrule },
    {
      when: timed.when,
      except: rule.except,
      status: statusFromSheet(wanted, stored?.status ?? null),
      invitee,
      stored,
      extra,
    },
  );
  const carried = stored ? carrySeries(stored, content) : content;
  const move = stored && moveProblem(stored, carried, around.now);
  if (move) return { problem: move };
  return { content: carried, warnings: [...timed.warnings, ...rule.warnings, ...revival(stored, carried)] };
}

/** A new date without an `end_date` column takes the stored end along. */
function movedEnd(stored: EventContent | null, given: ScheduleEntry['given']): Partial<Pick<ScheduleRow, 'endDate'>> {
  if (stored === null || given.endDate !== undefined || !given.date) return {};
  return { endDate: carriedEnd(cellsOfWhen(stored.when), given.date) };
}

function moveProblem(stored: EventContent, content: EventContent, now: Instant): CellNote | null {
  if (mayMove(stored, content, now)) return null;
  const problem = `the event is ${stored.status}; ${movesText(movesOf(stored, now))}`;
  return { column: 'status', value: content.status, problem };
}

function revival(stored: EventContent | null, content: EventContent): CellNote[] {
  if (stored?.status !== 'cancelled' || content.status === 'cancelled') return [];
  return [{ column: 'status', value: content.status, problem: 'was cancelled; comes back as a new event' }];
}

type RuleRead =
  | Readonly<{ rrule: string | null; except: readonly OccurrenceStart[]; warnings: readonly CellNote[] }>
  | Readonly<{ problem: CellNote }>;

function ruleFrom(
  row: ScheduleRow,
  givenExcept: ScheduleEntry['given']['except'],
  when: When,
  stored: EventContent | null,
): RuleRead {
  const bad = (problem: string) => ({ problem: { column: 'rrule', value: row.rrule ?? '', problem } });
  if (row.rrule === null) {
    const value = (givenExcept ?? []).join(';');
    if (value === '') return { rrule: null, except: [], warnings: [] };
    return { problem: { column: 'except', value, problem: 'dates left out of what does not repeat' } };
  }
  try {
    // The stored rule may hold its last day in another form, since the series moved to another time of day.
    const known = stored?.rrule ?? null;
    const rrule = known !== null && sameButUntilTime(row.rrule, known, when) ? known : normaliseRule(row.rrule, when);
    const until = /UNTIL=(\d{8})/.exec(rrule)?.[1];
    if (until !== undefined && until < when.start.slice(0, 10).replaceAll('-', '')) {
      return bad('UNTIL is before the first date');
    }
    // A date that a changed-occurrence row cancels is left out already.
    const cancelled = stored?.overrides.filter(each => each.status === 'cancelled').map(each => each.occurrence) ?? [];
    const named = new Set((row.except ?? []).map(name => occurrenceNamed(name, when)));
    const except = [...named].filter(occurrence => !cancelled.includes(occurrence)).sort();
    const strangers = except.filter(occurrence => !happens(occurrence, rrule, when));
    const warnings = strangers.map(occurrence => ({
      column: 'except',
      value: dateOf(occurrence),
      problem: 'the series has no such date',
    }));
    return { rrule, except, warnings };
  } catch (error) {
    if (error instanceof IcalError) return bad(error.message);
    throw error;
  }
}
