/** The cells that say when, and the When they make. Pure. */
import type { LocalDate, LocalDateTime, When, ZoneName } from '../../model/when.ts';
import { addDays, clockOddity, instantOf, localAt } from '../../model/when.ts';

/** Times as `HH:MM:SS`; null: not given. */
export type WhenCells = Readonly<{
  date: LocalDate;
  start: string | null;
  end: string | null;
  endDate: LocalDate | null;
  allDay: boolean | null;
  timezone: ZoneName | null;
}>;

/** Something wrong or odd with one column's cell. */
export type CellNote = Readonly<{ column: string; value: string; problem: string }>;
export type WhenRead = Readonly<{ when: When; warnings: readonly CellNote[] }> | Readonly<{ problem: CellNote }>;

/**
 * Reads the cells. A row with neither times nor `all_day` lasts the whole day; the `end_date` of whole days is the day
 * after the last (a hotel's day of check-out), and without it they are one day. An end at or before the start needs an
 * `end_date`: a night shoot says the next morning's date.
 * @param zone where the row names none
 */
export function whenFrom(cells: WhenCells, zone: ZoneName): WhenRead {
  const { start, end } = cells;
  const timezone = cells.timezone ?? zone;
  if (cells.allDay ?? (start === null && end === null)) return wholeDays(cells, timezone);
  if (start === null) return bad('start', '', 'missing; a row without times needs all_day = yes');
  if (end === null) return bad('end', '', 'missing; a start needs an end');
  const from = `${cells.date}T${start}` as LocalDateTime;
  const to = `${cells.endDate ?? cells.date}T${end}` as LocalDateTime;
  const shown = end.slice(0, 5);
  if (to <= from && cells.endDate !== null) return bad('end_date', cells.endDate, 'the end is not after the start');
  if (to <= from) return bad('end', shown, 'not after the start; if it ends on the next day, give end_date');
  const oddities = [clockNote('start', from, timezone), clockNote('end', to, timezone)].filter(note => note !== null);
  const gap = oddities.find(note => note.rejected);
  if (gap) return { problem: gap.note };
  if (instantOf(to, timezone) <= instantOf(from, timezone)) {
    return bad('end', shown, 'not after the start, since the clocks go back in between');
  }
  return { when: { kind: 'timed', start: from, end: to, zone: timezone }, warnings: oddities.map(each => each.note) };
}

function wholeDays(cells: WhenCells, zone: ZoneName): WhenRead {
  const given = cells.start ?? cells.end;
  if (given !== null) {
    return bad(cells.start === null ? 'end' : 'start', given.slice(0, 5), 'a whole day (all_day) has no times');
  }
  const end = cells.endDate ?? addDays(cells.date, 1);
  if (end <= cells.date) {
    return bad('end_date', end, 'not after date; of whole days it is the day after the last (check-out), or empty');
  }
  return { when: { kind: 'all-day', start: cells.date, end, zone }, warnings: [] };
}

function bad(column: string, value: string, problem: string): WhenRead {
  return { problem: { column, value, problem } };
}

function clockNote(column: string, local: LocalDateTime, zone: ZoneName) {
  const oddity = clockOddity(local, zone);
  if (oddity === null) return null;
  const [day, clock] = [local.slice(0, 10), local.slice(11, 16)];
  const meant = localAt(instantOf(local, zone), zone).slice(11, 16);
  const problem =
    oddity === 'in-clock-gap'
      ? `${clock} does not exist on ${day} in ${zone}: the clocks go forward over it; it would mean ${meant}`
      : `${clock} occurs twice on ${day} in ${zone}: the clocks go back; taken as the first`;
  return { rejected: oddity === 'in-clock-gap', note: { column, value: clock, problem } };
}

/** The cells that say this; whenFrom reads them back to the same. */
export function cellsOfWhen(when: When): WhenCells {
  if (when.kind === 'all-day') {
    const oneDay = addDays(when.start, 1) === when.end;
    const endDate = oneDay ? null : when.end;
    return { date: when.start, start: null, end: null, endDate, allDay: true, timezone: when.zone };
  }
  const [date, endDate] = [when.start.slice(0, 10) as LocalDate, when.end.slice(0, 10) as LocalDate];
  return {
    date,
    start: when.start.slice(11),
    end: when.end.slice(11),
    endDate: endDate === date ? null : endDate,
    allDay: null,
    timezone: when.zone,
  };
}

/** The stored end date taken along to a new date; null: none. */
export function carriedEnd(stored: WhenCells, date: LocalDate): LocalDate | null {
  if (stored.endDate === null) return null;
  return addDays(stored.endDate, Temporal.PlainDate.from(stored.date).until(date).days);
}
