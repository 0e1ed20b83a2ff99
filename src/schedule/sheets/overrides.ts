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
  const cells = override.when
    ? cellsOfWhen(override.when)
    : { date: null, start: null, end: null, endDate: null, allDay: null, timezone: null };
  return { ...cells, event, occurrence: shownOccurrence(override.occurrence, series), status, venue, title, notes };
}
