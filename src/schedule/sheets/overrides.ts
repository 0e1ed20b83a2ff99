/** The overrides sheet: one changed or cancelled occurrence of a series. */
import type { Override } from '../../model/event.ts';
import { brandId } from '../../model/ids.ts';
import type { OccurrenceStart } from '../../model/series.ts';
import type { When } from '../../model/when.ts';
import { date, idOf, line, oneOf, text, time, yesNo, zone } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';
import { occurrenceName, shownOccurrence } from './occurrence-cell.ts';
import { cellsOfWhen } from './sheet-when.ts';

export const overridesColumns = {
  event: required(idOf('event')),
  occurrence: required(occurrenceName),
  date: optional(date),
  start: optional(time),
  end: optional(time),
  endDate: optional(date),
  allDay: optional(yesNo),
  timezone: optional(zone),
  venue: optional(idOf('venue')),
  title: optional(line),
  status: optional(oneOf(['changed', 'cancelled'])),
  notes: optional(text),
};
export type OverrideRow = RowOf<typeof overridesColumns>;

/** @param when the occurrence's own time, null: as in the series */
export function overrideFrom(row: OverrideRow, occurrence: OccurrenceStart, when: When | null): Override {
  return {
    occurrence,
    status: row.status ?? 'changed',
    when,
    venue: row.venue === null ? null : brandId(row.venue),
    title: row.title,
    notes: row.notes,
  };
}

export function rowOfOverride(event: string, series: When, override: Override): OverrideRow {
  const { status, venue, title, notes } = override;
  const occurrence = shownOccurrence(override.occurrence, series);
  return { ...changedWhenCells(override.when, series), event, occurrence, status, venue, title, notes };
}

/** The cells of an occurrence's own time, null: it has none. What would otherwise be taken from the series is said. */
export function changedWhenCells(when: When | null, series: When) {
  if (when === null) return { date: null, start: null, end: null, endDate: null, allDay: null, timezone: null };
  const cells = cellsOfWhen(when);
  if (when.kind === 'all-day') return { ...cells, endDate: when.end };
  return series.kind === 'all-day' ? { ...cells, allDay: false } : cells;
}
